import { constants } from 'node:fs';

/**
 * For the files beside a log. A link in the place of one leads out of the store, where nothing may be written, and to open a FIFO can take
 * forever. Both fail at once.
 */
const STRICT = constants.O_NOFOLLOW | constants.O_NONBLOCK;

export const READ_SIDECAR = constants.O_RDONLY | STRICT;

export const WRITE_SIDECAR = constants.O_WRONLY | constants.O_CREAT | STRICT;
