/** The name of the build that this worker is of: scripts/static writes it in. */
declare const BUILD: string;
