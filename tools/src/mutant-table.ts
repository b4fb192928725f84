/** Planted bugs: small changes of the sources, each one a mistake that somebody could make, and what is there to catch it. */
import { mutantOf, type Mutant } from './mutant.js';
import { VOUCHER_MUTANTS } from './mutant-table-voucher.js';

const ledger = (file: string) => mutantOf(`libs/ledger/src/${file}.ts`);

export const MUTANTS: readonly Mutant[] = [
  // The writer.
  ledger('sequencer')('skip the duplicate check', 'if (known) {', 'if (known && known.id === "") {'),
  ledger('sequencer')('answer before it is durable', '(await this.writer.settled(turn.until)) &&', 'turn.until >= 0 &&'),
  ledger('sequencer')(
    'refuse from what another process has made old',
    '(shown || (await this.writer.newest()))',
    '(shown || turn.until >= 0)',
    'ledger/src/attack-writer',
  ),
  ledger('sequencer')(
    'take another body under the same command id for a repeat',
    'if (known.body !== body && known.body !== ANY_BODY)',
    'if (known.body === "")',
    'ledger/src/sequencer',
  ),
  ledger('sequencer')('remember no command', 'this.streams.remember(state, {', 'void ({'),
  ledger('streams')('forget the command ids at a restart', "commit.command !== '' && commit.first < size", "commit.command === ''"),
  ledger('streams')('believe a snapshot that other code folded', 'saved.code !== this.context.codeVersion ||', '', 'ledger/src/streams'),
  ledger('block-writer')(
    'ignore a lost acknowledgement',
    '// The outcome of this block is unknown for good; whoever opens the journal next finds out.',
    'if (attempt > 0) return true;',
  ),
  ledger('block-writer')(
    "take another writer's block for one's own",
    'if (there) return equal(there.root, block.root) && there.count === block.count;',
    'if (there) return true;',
  ),
  ledger('block-writer')('keep in memory what was lost', '    this.onLost();\n', ''),
  ledger('block-writer')(
    'let the time of entries run backwards',
    'return Math.max(this.lastTime, this.world.clock.now());',
    'return this.world.clock.now();',
  ),
  ledger('entry')('reuse a salt', '{ payload: tools.random.bytes(SALT_BYTES) }', '{ payload: new Uint8Array(SALT_BYTES) }'),
  ledger('entry')('seal nothing', "if (declared.audience === 'private')", "if (declared.type === '')"),
  ledger('entry')('write what its own contract refuses', 'invariant(fault === null,', 'invariant(fault !== "",', 'ledger/src/sequencer'),
  ledger('ids')('derive one id for all entries of a journal', 'String(source.index), ', ''),
  // What arrives.
  ledger('note')(
    'accept a note that nobody signed',
    'if (!signer.verify(verifier.suite, verifier.publicKey, utf8(note.text), line.signature)) return false;',
    '',
    'ledger/src/note',
  ),
  ledger('replica')(
    'fold before verify',
    'if (!equal(growth.root, checkpoint.root)) {',
    'if (growth.root.length === 0) {',
    'ledger/src/replica',
  ),
  ledger('replica')('believe whatever payload comes with a leaf', 'if (!good || (envelope', 'if ((envelope', 'ledger/src/replica'),
  ledger('replica')('take a block that leaves a gap', "if (block.first > this.journal.size) return 'gap';", '', 'ledger/src/replica'),
  ledger('replica')('forget a contradiction', '      this.evidence = found;\n', ''),
  ledger('running')(
    'keep a contradiction to oneself',
    'if (journal === this.own || !this.writing.sequencer) return;',
    'if (journal) return;',
  ),
  ledger('running')(
    'ignore the evidence of others',
    "if (typeof note === 'string') await replica?.observe(note, { evidence: true });",
    'void replica, note;',
  ),
  ledger('set-aside')(
    'never judge again what was set aside',
    'all || (why === NOT_READ && size <= read)',
    'false && all && why && size',
    'ledger/src/forged-keys',
  ),
  ledger('replica')(
    'hold a head by a key of before against one of now',
    'if (before && before.changes !== this.keys.changes && this.ahead.delete(size)) await',
    'if (before && false) await',
    'ledger/src/forged-keys',
  ),
  ledger('replica')(
    'forget evidence beyond what is read',
    'if (evidence && checkpoint.size > this.journal.size) await',
    'if (false) await',
    'ledger/src/forged-keys',
  ),
  ledger('set-aside')(
    'keep one head of those that show two histories',
    'if (!evidence && alike.some(',
    'if (alike.some(',
    'ledger/src/forged-keys',
  ),
  ledger('healing')(
    'never look at what is held for where two histories part',
    'back = replica.doubted ? Math.max(1, 2 * back) : 0;',
    'back = 0;',
    'ledger/src/attack-federation',
  ),
  ledger('running')(
    'never ask for what is missing at the end',
    "if (before === replica.journal.size) this.inBackground('healing.failed', this.healing.heal(name));",
    'void before;',
  ),
  ledger('witness')(
    'vouch for a smaller head than before',
    'if (!checkpoint || (before && before.size > checkpoint.size)) continue;',
    'if (!checkpoint) continue;',
    'ledger/src/witness',
  ),
  ledger('witness')(
    'vouch for a time that an entry under way lies before',
    'journal === this.own.journal ? ownSeconds : seconds',
    'seconds',
    'ledger/src/attack-federation',
  ),
  ledger('lease')('take a lease that still beats', 'if (began - this.watched.since < LEASE_MS) return false;', '', 'ledger/src/lease'),
  ledger('recovery')('write without looking what peers hold', 'if (!(await peersAnswered(options))) return false;', '', 'ledger/src/node'),
  // Keys.
  ledger('key-ring')(
    'believe the keys of before at any size',
    'const groups = groupsAt(this.state.periods, checkpoint.size);',
    'const groups = this.state.periods.map((each) => [each]);',
    'ledger/src/(rotation|forged-keys)',
  ),
  ledger('replica')(
    'take a rotation without the signature of the key in force',
    "if (block.first <= this.journal.size) return this.shun(block, judged, 'not in force');",
    '',
    'ledger/src/forged-keys',
  ),
  ledger('key-ring')(
    'take a rotation without the signature of the next key',
    'const unsigned = handing.some(({ key }) => !isSigned(this.world.signer, key, note));',
    'const unsigned = handing.length > 9;',
    'ledger/src/forged-keys',
  ),
  ledger('key-periods')(
    'ignore the certificate of a key',
    'isCertifiedLine(tools, identity, stated) ? parseVerifier(tools.hasher, stated.key) : null',
    'identity.name ? parseVerifier(tools.hasher, stated.key) : null',
    'ledger/src/forged-keys',
  ),
  ledger('key-periods')(
    'let a key that is not in force hand over',
    'each.key.line === old && each.from <= end && end <= each.until',
    'each.from <= end && end <= each.until',
    'ledger/src/forged-keys',
  ),
  ledger('key-periods')(
    'believe a revoked key',
    'size < (group.at(-1)?.revokedFrom ?? 0)',
    'size < Infinity',
    'ledger/src/(rotation|forged-keys)',
  ),
  ledger('replica')(
    'take what an expired key signs',
    'if (this.expired(handed ?? judged, end, handed ? 0 : stored.at))',
    'if (end < 0)',
    'ledger/src/forged-keys',
  ),
  ledger('replica')(
    'believe whoever vouches for what an expired key signs',
    'return vouched < this.judging.voices &&',
    'return vouched < 0 &&',
    'ledger/src/rotation',
  ),
  ledger('sequencer')('write with an expired key', 'if (expired) {', 'if (expired?.why === "") {', 'ledger/src/rotation'),
  ledger('key-ring')('forget rotations at a restart', 'if (first < end) continue;', 'if (first >= 0) continue;', 'ledger/src/rotation'),
  ledger('key-ring')(
    'sign on with the key of before',
    'const held = groupsAt(this.state.periods, size)',
    'const held = groupsAt(this.state.periods, Math.min(size, this.state.periods[0]!.until))',
  ),
  ledger('block')('join what comes after a rotation to its block', 'if (group && !handedOver &&', 'if (group &&'),
  ledger('witness')(
    'not tell of a key whose entry others may miss',
    'const keys = this.keys.stated();',
    'const keys: readonly CertifiedKey[] = [];',
    'ledger/src/rotation',
  ),
  // Folding and reacting.
  ledger('reactor')(
    'pass a position before the effect',
    'if (error instanceof Unavailable) throw error;',
    'if (error instanceof Unavailable) return;',
    'ledger/src/reactor',
  ),
  ledger('reactor')(
    'take over older positions of another process',
    '([journal, position]) => position > this.position(journal)',
    '([, position]) => position >= 0',
    'ledger/src/reactor',
  ),
  ledger('reactor')(
    'react before what an entry rests on is here',
    "if (each.kind === 'entry' && !this.around.reached(each.entry.basis)) break;",
    '',
    'ledger/src/reactor',
  ),
  ledger('folder')(
    'write positions apart from rows',
    '.records.write(writes).catch(',
    '.records.write(writes.splice(0, 1)).then(async (ok) => ok && this.world.storage.records.write(writes)).catch(',
  ),
  ledger('folder')(
    'fold on over a row that was removed',
    'const current = pending ? pending.value : (stored.get(key) ?? null);',
    'const current = stored.get(key) ?? null;',
  ),
  ledger('timers')('forget expiry', 'where: { dueMs: { lt: this.world.clock.now() + 1 } }', 'where: { dueMs: { lt: 0 } }'),
  ledger('timers')('let limits end a month early', 'lt: this.world.clock.now() + 1 }', 'lt: this.world.clock.now() + 2_592_000_000 }'),
  ledger('timers')(
    'wait for no statement that may still arrive',
    'const journals = awaits === null ? [] : awaits === EVERY_PEER ? this.witness.journals : [awaits];',
    'const journals: string[] = awaits === EVERY_PEER ? [] : [];',
    'ledger/src/attack-timers',
  ),
  ledger('timers')(
    'give up a limit whose command is refused',
    'this.refusals.set(key, {',
    'void this.world.storage.records.write([{ table: this.folder.timerTable, id: key, value: null }]).then(() => {}, () => {}), void ({',
    'ledger/src/attack-timers',
  ),
  ledger('parked')('read the first page of what is parked', 'if (page.length < PAGE) return found;', 'return found;', 'ledger/src/reactor'),
  ledger('running')('say a contradiction once or never', '() => reported,', '() => true,', 'ledger/src/attack-federation'),
  ledger('recovery')(
    'give nobody else a turn while recovery goes no further',
    'if (own.journal.size === size) await',
    'if (own.journal.size < 0) await',
    'ledger/src/recovery',
  ),
  ledger('found')(
    'read the first rows of a scan alone',
    'for (const row of rows) if (!collector.take(row, range)) return collector;',
    '{ for (const row of rows) if (!collector.take(row, range)) return collector; break; }',
    'ledger/src/found',
  ),
  ...VOUCHER_MUTANTS,
];
