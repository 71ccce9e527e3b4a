/** A line index with more bytes is not stored, and what is larger in its place is not read. Those that fit into memory are smaller. */
export const LINE_INDEX_BYTES_MAX = 64 * 1024 * 1024;
