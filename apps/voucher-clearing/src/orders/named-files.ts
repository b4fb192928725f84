/** The files that a command names by their hashes. */

/** Fields that hold such a hash. Receipts and evidence are not among them: offices keep those in systems of their own. */
const FIELDS = ['contractHash', 'deliverableHash'] as const;
/** Lists of papers, each with its `hash`. */
const LISTS = ['files', 'papers'] as const;

/** Hashes of the papers of parties in the body of a command, none twice. */
export const namedIn = (body: object): readonly string[] => {
  const fields = body as Readonly<Record<string, unknown>>;
  const listed = LISTS.flatMap((name) => (fields[name] ?? []) as readonly { readonly hash: string }[]).map(({ hash }) => hash);
  const named = FIELDS.flatMap((name) => (typeof fields[name] === 'string' ? [fields[name]] : []));
  return [...new Set([...named, ...listed])];
};
