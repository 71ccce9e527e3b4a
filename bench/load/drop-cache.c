/* drop-cache - takes files out of the page cache: drop-cache FILE...
 * What is not on the disk yet is synced first, as the kernel keeps it otherwise. Prints the bytes that were there and those that stayed. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static long page_bytes;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

/* Of the file, in the page cache. */
static long cached_bytes(int fd, size_t size) {
  size_t pages = (size + page_bytes - 1) / page_bytes, cached = 0;
  if (!size) return 0;
  void *at = mmap(0, size, PROT_READ, MAP_SHARED, fd, 0);
  unsigned char *is_cached = malloc(pages);
  if (at == MAP_FAILED || !is_cached || mincore(at, size, is_cached)) fail("mincore");
  for (size_t i = 0; i < pages; i++) cached += is_cached[i] & 1;
  munmap(at, size);
  free(is_cached);
  return cached * page_bytes;
}

int main(int count, char **files) {
  long before = 0, after = 0;
  page_bytes = sysconf(_SC_PAGESIZE);
  for (int i = 1; i < count; i++) {
    struct stat about;
    int fd = open(files[i], O_RDONLY);
    if (fd < 0 || fstat(fd, &about)) fail(files[i]);
    before += cached_bytes(fd, about.st_size);
    if (fdatasync(fd) || posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED)) fail(files[i]);
    after += cached_bytes(fd, about.st_size);
    close(fd);
  }
  printf("{\"before\":%ld,\"after\":%ld}\n", before, after);
  return 0;
}
