import { essence } from './stored-content-type';

/** A smaller body is not worth the gzip header and the time. */
const BYTES_MIN = 1024;

/** What is compressed already. */
const COMPRESSED =
  /^(?:image\/(?!svg)|audio\/|video\/|font\/woff|application\/(?:gzip|x-gzip|zip|zstd|x-xz|x-bzip2?|x-7z-compressed|x-rar-compressed|vnd\.rar|java-archive|pdf))/;

/** Whether a body of this size and type is sent compressed to a client that asks for it. */
export function isCompressible(bytes: number, contentType: string): boolean {
  return bytes >= BYTES_MIN && !COMPRESSED.test(essence(contentType));
}
