/** The access context: who asked for what, and the persons whose data a node holds. */
export const ACCESS = 'access';
