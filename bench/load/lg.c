/* lg - load generator for log-stream servers: one thread, epoll, every byte checked.
 * Arguments are key=value; options are read in set_up and in run_*. Prints one JSON object.
 * modes: ingest  (bulk pattern bytes up, optional attached readers)
 *        lines   (100-byte lines up as fast as accepted)
 *        read    (readers of finished streams, verified)
 *        live    (producers at a rate or saturating + tails, latency histogram; step=1: idle phases)
 * {id} in a head is what `id` says and the stream's number; where `id` has commas it is a list of names instead.
 * `scan` is for tails whose lines come inside something else, as events do: a line begins at any '@', and the text that `scan` gives must
 * follow it in place of its newline. With `s2=1` a request's body is the protobuf of S2: an AppendInput of one record.
 * With `early=1` a producer may be answered before its body has been sent: only what readers got counts.
 * Readers connect to `readport`, if there is one, else like producers to `port`. Built with WITH_TLS, all speak TLS with a server of the
 * certificate in the file `tls`. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#ifdef WITH_TLS
#include <openssl/err.h>
#include <openssl/ssl.h>
#else
typedef void SSL;
#endif

#define PERIOD 1048573u
#define LINE_BYTES 100
#define READ_BYTES (1 << 20)
#define CONNS_MAX 20000
#define BUCKETS 4096
#define MILLISECOND 1000000ull
#define SECOND 1000000000ull
typedef uint64_t u64;
typedef uint32_t u32;
typedef uint8_t u8;

enum { PROD = 1, CONS = 2 };

enum { P_HEAD, P_CL, P_CSIZE, P_CDATA, P_CCRLF, P_TRAIL, P_EOF, P_DONE };

typedef struct conn {
  int fd, stream, idx;
  SSL *tls;
  u8 kind, connected, closed, want_out;
  u8 ready, is_over; /* got line 0, or an answer to the first request; is not waited for any more */

  /* What waits to be sent. */
  char *out;
  size_t out_from, out_to, out_room;

  /* Parser of the response. */
  u8 state;
  int status;
  u64 left;     /* of the body or of its chunk */
  int skipping; /* the rest of a chunk's extension, or of a trailer */
  char head[4096];
  int head_bytes;

  /* Producer. */
  u8 head_sent, ended;
  u64 bytes_todo, pos, lines_todo;
  u32 seq;
  int inflight; /* a request of its own that is not answered yet */
  u64 *queue;   /* send times of lines that wait for that answer, in a ring */
  u32 queue_first, queue_length, queue_room;

  /* Consumer. */
  u8 ended_well, has_all;
  u64 bytes, lines;
  u32 next;
  char line[512];
  int line_bytes;
} conn;

/* Options. */
static int arg_count;
static char **args;
static const char *mode, *id_prefix, *publish_head, *subscribe_head, *line_end;
static int chunked, wraps_s2, answers_early, verifies_lines, need_eof, lines_per_write;
static int producer_count, consumers_each;
static u64 write_bytes;
static u64 expect; /* bytes or lines that a consumer must get; 0: not known */
static struct sockaddr_in addr, read_addr;

static int epoll, timer;
static char *pattern, *read_buffer;
static char padding[LINE_BYTES];
static conn **conns;
static int conn_count;

/* What was seen. */
static u64 mismatches, failures, drops, body_bytes, deliveries, lines_sent, last_arrival;
static char failure_text[200], mismatch_text[160];
static int done_producers, done_consumers, ready_consumers;
static u32 *histogram; /* of latencies in us: 64 buckets for each power of two */
static u64 latency_count, latency_max;
static int measuring;

/* At saturation: how many tails have got `target` lines. */
static int saturating, reached;
static u64 target;

static u64 now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static const char *option(const char *k, const char *d) {
  size_t n = strlen(k);
  for (int i = 1; i < arg_count; i++)
    if (!strncmp(args[i], k, n) && args[i][n] == '=') return args[i] + n + 1;
  return d;
}

static u64 number_option(const char *k, u64 d) {
  const char *v = option(k, 0);
  return v ? strtoull(v, 0, 10) : d;
}

static void failure(const char *f, ...) {
  failures++;
  if (*failure_text) return;
  va_list a;
  va_start(a, f);
  vsnprintf(failure_text, sizeof failure_text, f, a);
  va_end(a);
  for (char *p = failure_text; *p; p++)
    if (*p == '"' || *p == '\\' || (u8)*p < 32 || (u8)*p > 126) *p = '.';
}

static void mismatch(const char *f, ...) {
  mismatches++;
  if (*mismatch_text) return;
  va_list a;
  va_start(a, f);
  vsnprintf(mismatch_text, sizeof mismatch_text, f, a);
  va_end(a);
  for (char *p = mismatch_text; *p; p++)
    if (*p == '"' || *p == '\\' || (u8)*p < 32 || (u8)*p > 126) *p = '.';
}

#ifdef WITH_TLS
static SSL_CTX *tls_context;
#define TLS_RECORD_MAX (16 << 10)

static void tls_set_up(const char *certificate) {
  tls_context = SSL_CTX_new(TLS_client_method());
  if (!tls_context || !SSL_CTX_load_verify_locations(tls_context, certificate, 0)) {
    ERR_print_errors_fp(stderr);
    exit(2);
  }
  SSL_CTX_set_verify(tls_context, SSL_VERIFY_PEER, 0);
  SSL_CTX_set_mode(tls_context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

/* The handshake is done by the first writes and reads. */
static void tls_begin(conn *c) {
  if (!tls_context) return;
  c->tls = SSL_new(tls_context);
  SSL_set_fd(c->tls, c->fd);
  SSL_set_connect_state(c->tls);
}

/* Returns and sets errno as send and recv do. */
static ssize_t tls_failed(conn *c, int result) {
  int why = SSL_get_error(c->tls, result);
  if (why == SSL_ERROR_ZERO_RETURN) return 0;
  errno = why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? EAGAIN : EPROTO;
  return -1;
}

static ssize_t write_some(conn *c, const void *p, size_t n) {
  size_t done;
  if (!c->tls) return send(c->fd, p, n, MSG_NOSIGNAL);
  ERR_clear_error();
  int result = SSL_write_ex(c->tls, p, n, &done);
  return result > 0 ? (ssize_t)done : tls_failed(c, result);
}

/* As many records as there is room for. The rest stays in the socket, which epoll tells of again. */
static ssize_t read_some(conn *c, char *p, size_t n) {
  size_t sum = 0, done;
  if (!c->tls) return recv(c->fd, p, n, 0);
  while (n - sum >= TLS_RECORD_MAX) {
    ERR_clear_error();
    int result = SSL_read_ex(c->tls, p + sum, n - sum, &done);
    if (result <= 0) return sum ? (ssize_t)sum : tls_failed(c, result);
    sum += done;
  }
  return sum;
}

static void tls_end(conn *c) {
  SSL_free(c->tls);
  c->tls = 0;
}
#else
static void tls_set_up(const char *certificate) {
  (void)certificate;
  fprintf(stderr, "this program was built without TLS\n");
  exit(2);
}

static void tls_begin(conn *c) {
  c->tls = 0;
}

static ssize_t write_some(conn *c, const void *p, size_t n) {
  return send(c->fd, p, n, MSG_NOSIGNAL);
}

static ssize_t read_some(conn *c, char *p, size_t n) {
  return recv(c->fd, p, n, 0);
}

static void tls_end(conn *c) {
  c->tls = 0;
}
#endif

static int bucket_of(u64 us) {
  if (us < 64) return us;
  int e = 63 - __builtin_clzll(us);
  int r = (e - 5) * 64 + ((us >> (e - 6)) & 63);
  return r < BUCKETS ? r : BUCKETS - 1;
}

static u64 bucket_floor(int i) {
  if (i < 64) return i;
  int e = i / 64 + 5;
  return (1ull << e) + ((u64)(i & 63) << (e - 6));
}

static u64 percentile(double q) {
  u64 want = (u64)(latency_count * q), s = 0;
  if (!latency_count) return 0;
  for (int i = 0; i < BUCKETS; i++) {
    s += histogram[i];
    if (s > want) return bucket_floor(i);
  }
  return latency_max;
}

static void watch(conn *c) {
  struct epoll_event e = {.events = EPOLLIN | (c->want_out ? EPOLLOUT : 0), .data.ptr = c};
  epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &e);
}

static void put(conn *c, const void *p, size_t n) {
  if (c->out_from == c->out_to) c->out_from = c->out_to = 0;
  if (c->out_to + n > c->out_room) {
    c->out_room = (c->out_to + n) * 2;
    c->out = realloc(c->out, c->out_room);
  }
  memcpy(c->out + c->out_to, p, n);
  c->out_to += n;
}

static void put_id(conn *c) {
  char number[16];
  const char *name = id_prefix;
  if (!strchr(name, ',')) {
    put(c, name, strlen(name));
    put(c, number, sprintf(number, "%d", c->stream));
    return;
  }
  for (int i = 0; i < c->stream; i++) {
    name += strcspn(name, ",");
    if (*name) name++;
  }
  put(c, name, strcspn(name, ","));
}

static void put_head(conn *c, const char *t, u64 len) {
  const char *p = t, *q;
  char b[64];
  while ((q = strchr(p, '{'))) {
    put(c, p, q - p);
    if (!strncmp(q, "{id}", 4)) {
      put_id(c);
      p = q + 4;
    } else if (!strncmp(q, "{len}", 5)) {
      put(c, b, sprintf(b, "%" PRIu64, len));
      p = q + 5;
    } else if (!strncmp(q, "{seq}", 5)) {
      put(c, b, sprintf(b, "%u", c->seq));
      p = q + 5;
    } else if (!strncmp(q, "{n}", 3)) {
      put(c, b, sprintf(b, "%d", consumers_each));
      p = q + 3;
    } else {
      put(c, q, 1);
      p = q + 1;
    }
  }
  put(c, p, strlen(p));
}

static int put_varint(u8 *b, u64 v) {
  int n = 0;
  for (; v > 127; v >>= 7) b[n++] = (v & 127) | 128;
  b[n++] = v;
  return n;
}

/* What comes before `n` bytes of a record: records = 1 {body = 3}. */
static int make_s2_head(u8 *b, u64 n) {
  u8 record[16];
  int k = 0, inner = 0;
  record[inner++] = 3 << 3 | 2;
  inner += put_varint(record + inner, n);
  b[k++] = 1 << 3 | 2;
  k += put_varint(b + k, inner + n);
  memcpy(b + k, record, inner);
  return k + inner;
}

/* A request of its own. */
static void put_message(conn *c, const char *p, u64 n) {
  u8 before[32];
  int k = wraps_s2 ? make_s2_head(before, n) : 0;
  put_head(c, publish_head, k + n);
  put(c, before, k);
  put(c, p, n);
}

static void make_line(char *b, int stream, u32 seq, u64 ts) {
  static const char hx[] = "0123456789abcdef";
  memcpy(b, padding, LINE_BYTES);
  b[0] = '@';
  for (int i = 5, v = stream; i >= 1; i--, v /= 10) b[i] = '0' + v % 10;
  b[6] = ':';
  for (int i = 15; i >= 7; i--, seq /= 10) b[i] = '0' + seq % 10;
  b[16] = ':';
  for (int i = 32; i >= 17; i--, ts >>= 4) b[i] = hx[ts & 15];
  b[33] = ':';
  b[LINE_BYTES - 1] = '\n';
}

static void put_line(conn *c, u64 ts) {
  char b[LINE_BYTES + 8];
  if (chunked) {
    memcpy(b, "64\r\n", 4);
    make_line(b + 4, c->stream, c->seq++, ts);
    memcpy(b + 4 + LINE_BYTES, "\r\n", 2);
    put(c, b, LINE_BYTES + 6);
  } else {
    make_line(b, c->stream, c->seq, ts);
    put_message(c, b, LINE_BYTES);
    c->seq++;
    c->inflight = 1;
  }
}

static u64 pattern_offset(int s) {
  return (u64)s * 7919;
}

/* produce more output when the out buffer is empty; returns 0 when there is nothing to send now */
static int refill(conn *c) {
  if (c->out_from < c->out_to) return 1;
  if (c->kind == CONS) return 0;
  if (!strcmp(mode, "ingest")) {
    if (chunked) {
      if (!c->head_sent) {
        put_head(c, publish_head, 0);
        c->head_sent = 1;
      }
      if (c->bytes_todo) {
        u64 n = c->bytes_todo < write_bytes ? c->bytes_todo : write_bytes;
        char b[24];
        put(c, b, sprintf(b, "%" PRIx64 "\r\n", n));
        put(c, pattern + (pattern_offset(c->stream) + c->pos) % PERIOD, n);
        put(c, "\r\n", 2);
        c->pos += n;
        c->bytes_todo -= n;
        return 1;
      }
      if (!c->ended) {
        put(c, "0\r\n\r\n", 5);
        c->ended = 1;
        return 1;
      }
      return c->out_from < c->out_to;
    }
    if (c->inflight || !c->bytes_todo) return 0;
    u64 n = c->bytes_todo < write_bytes ? c->bytes_todo : write_bytes;
    put_message(c, pattern + (pattern_offset(c->stream) + c->pos) % PERIOD, n);
    c->pos += n;
    c->bytes_todo -= n;
    c->inflight = 1;
    return 1;
  }
  if (!strcmp(mode, "lines")) {
    if (chunked) {
      if (!c->head_sent) {
        put_head(c, publish_head, 0);
        c->head_sent = 1;
      }
      if (c->lines_todo) {
        for (int i = 0; i < lines_per_write && c->lines_todo; i++, c->lines_todo--) put_line(c, 0);
        return 1;
      }
      if (!c->ended) {
        put(c, "0\r\n\r\n", 5);
        c->ended = 1;
        return 1;
      }
      return c->out_from < c->out_to;
    }
    if (c->inflight || !c->lines_todo) return 0;
    c->lines_todo--;
    put_line(c, 0);
    return 1;
  }
  /* live: queued lines of a one-request-per-line target */
  if (!chunked && !c->inflight && c->queue_length) {
    u64 ts = c->queue[c->queue_first];
    c->queue_first = (c->queue_first + 1) % c->queue_room;
    c->queue_length--;
    put_line(c, ts);
    return 1;
  }
  return 0;
}

static void finish_cons(conn *c);

static void close_conn(conn *c) {
  if (c->fd >= 0) {
    tls_end(c);
    close(c->fd);
    c->fd = -1;
    c->closed = 1;
  }
}

static void flush_out(conn *c) {
  if (c->fd < 0 || !c->connected) return;
  for (int i = 0; i < 8; i++) {
    if (!refill(c)) break;
    ssize_t n = write_some(c, c->out + c->out_from, c->out_to - c->out_from);
    if (n < 0) {
      if (errno == EAGAIN) break;
      failure("send: %s", strerror(errno));
      if (c->kind == PROD && !c->is_over) {
        c->is_over = 1;
        done_producers++;
      }
      close_conn(c);
      return;
    }
    c->out_from += n;
    if (c->out_from < c->out_to) break;
  }
  int w =
      c->out_from < c->out_to || (c->kind == PROD && (!strcmp(mode, "ingest") || !strcmp(mode, "lines")) &&
                                  (chunked ? !c->ended : (!c->inflight && (c->bytes_todo || c->lines_todo))));
  if (w != c->want_out) {
    c->want_out = w;
    watch(c);
  }
}

static void emit(conn *c, u64 ts) {
  if (chunked) {
    put_line(c, ts);
    return;
  }
  if (c->queue_length == c->queue_room) {
    u32 nc = c->queue_room ? c->queue_room * 2 : 64;
    u64 *q = malloc(nc * 8);
    for (u32 i = 0; i < c->queue_length; i++) q[i] = c->queue[(c->queue_first + i) % c->queue_room];
    free(c->queue);
    c->queue = q;
    c->queue_first = 0;
    c->queue_room = nc;
  }
  c->queue[(c->queue_first + c->queue_length++) % c->queue_room] = ts;
}

static void check_line(conn *c, const char *p, int n, u64 now) {
  if (n && p[n - 1] == '\r') n--;
  if (n > 5 && !memcmp(p, "data:", 5)) {
    p += 5;
    n -= 5;
    if (n && *p == ' ') p++, n--;
  }
  if (!n || *p != '@') return; /* event framing, comments */
  if (n != LINE_BYTES - 1 || memcmp(p + 34, padding + 34, LINE_BYTES - 35)) {
    mismatch("line len %d: %.40s", n, p);
    return;
  }
  int s = 0;
  for (int i = 1; i <= 5; i++) s = s * 10 + p[i] - '0';
  u32 q = 0;
  for (int i = 7; i <= 15; i++) q = q * 10 + p[i] - '0';
  if (s != c->stream) {
    mismatch("stream %d got %d", c->stream, s);
    return;
  }
  if (q != c->next) {
    mismatch("stream %d want seq %u got %u", c->stream, c->next, q);
    c->next = q;
  }
  c->next++;
  c->lines++;
  if (q == 0 && !c->ready) {
    c->ready = 1;
    ready_consumers++;
  }
  if (measuring && q > 0) {
    u64 ts = 0;
    for (int i = 17; i <= 32; i++) {
      char ch = p[i];
      ts = ts << 4 | (ch <= '9' ? ch - '0' : ch - 'a' + 10);
    }
    u64 us = now > ts ? (now - ts) / 1000 : 0;
    histogram[bucket_of(us)]++;
    latency_count++;
    if (us > latency_max) latency_max = us;
    deliveries++;
    last_arrival = now;
  }
  if (saturating && c->lines == target) reached++;
  if (expect && c->lines == expect && !c->has_all) {
    c->has_all = 1;
    if (!need_eof) finish_cons(c);
  }
}

/* Lines with anything between them: from each '@' a line and its end, gathered where they come in pieces. */
static void scan_lines(conn *c, const char *p, size_t n, u64 now) {
  const size_t text = LINE_BYTES - 1, whole = text + strlen(line_end);
  while (n) {
    const char *line = c->line;
    if (!c->line_bytes) {
      const char *at = memchr(p, '@', n);
      if (!at) return;
      n -= at - p;
      p = line = at;
    }
    size_t k = whole - c->line_bytes;
    if (c->line_bytes || n < k) {
      if (k > n) k = n;
      memcpy(c->line + c->line_bytes, p, k);
      c->line_bytes += k;
      line = c->line;
    }
    p += k;
    n -= k;
    if (line == c->line && (size_t)c->line_bytes < whole) return;
    c->line_bytes = 0;
    if (memcmp(line + text, line_end, whole - text))
      mismatch("line without its end: %.40s", line);
    else
      check_line(c, line, text, now);
  }
}

static void on_body(conn *c, const char *p, size_t n, u64 now) {
  if (c->kind == PROD) return;
  body_bytes += n;
  if (!verifies_lines) {
    u64 o = pattern_offset(c->stream) + c->bytes;
    c->bytes += n;
    while (n) {
      u64 m = o % PERIOD;
      size_t k = n < READ_BYTES ? n : READ_BYTES;
      if (memcmp(p, pattern + m, k)) {
        mismatch("stream %d bytes differ near %" PRIu64, c->stream, c->bytes - n);
        break;
      }
      p += k;
      n -= k;
      o += k;
    }
    if (expect && c->bytes > expect) mismatch("stream %d too many bytes", c->stream);
    if (expect && c->bytes == expect && !c->has_all) {
      c->has_all = 1;
      if (!need_eof) finish_cons(c);
    }
    return;
  }
  c->bytes += n;
  if (line_end) {
    scan_lines(c, p, n, now);
    return;
  }
  while (n) {
    const char *e = memchr(p, '\n', n);
    if (!e) {
      size_t k = n;
      if (c->line_bytes + k > sizeof c->line) {
        mismatch("line too long");
        c->line_bytes = 0;
        return;
      }
      memcpy(c->line + c->line_bytes, p, k);
      c->line_bytes += k;
      return;
    }
    size_t k = e - p;
    if (c->line_bytes) {
      if (c->line_bytes + k <= sizeof c->line) {
        memcpy(c->line + c->line_bytes, p, k);
        check_line(c, c->line, c->line_bytes + k, now);
      }
      c->line_bytes = 0;
    } else
      check_line(c, p, k, now);
    p = e + 1;
    n -= k + 1;
  }
}

static void finish_cons(conn *c) {
  if (!c->is_over) {
    c->is_over = 1;
    done_consumers++;
    last_arrival = now_ns();
  }
}

static void on_end(conn *c) { /* response complete */
  if (c->kind == PROD) {
    if (c->status < 200 || c->status > 299) {
      failure("producer status %d: %.80s", c->status, c->head);
      if (!c->is_over) {
        c->is_over = 1;
        done_producers++;
      }
      close_conn(c);
      return;
    }
    if (chunked) {
      if (!c->is_over) {
        c->is_over = 1;
        done_producers++;
        last_arrival = now_ns();
        if (!c->ended && !answers_early) failure("response ended before the body");
      }
      return;
    }
    c->inflight = 0;
    c->state = P_HEAD;
    c->head_bytes = 0;
    c->ready = 1;
    if ((!strcmp(mode, "ingest") && !c->bytes_todo) || (!strcmp(mode, "lines") && !c->lines_todo)) {
      if (!c->is_over) {
        c->is_over = 1;
        done_producers++;
        last_arrival = now_ns();
      }
      return;
    }
    flush_out(c);
  } else {
    c->ended_well = 1;
    finish_cons(c);
  }
}

static void parse(conn *c, const char *p, size_t n, u64 now) {
  while (n) switch (c->state) {
    case P_HEAD: {
      size_t room = sizeof c->head - 1 - c->head_bytes, k = n < room ? n : room;
      int from = c->head_bytes > 3 ? c->head_bytes - 3 : 0;
      memcpy(c->head + c->head_bytes, p, k);
      c->head_bytes += k;
      c->head[c->head_bytes] = 0;
      char *e = memmem(c->head + from, c->head_bytes - from, "\r\n\r\n", 4);
      if (!e) {
        p += k;
        n -= k;
        if (!room) {
          failure("header too big");
          return;
        }
        break;
      }
      int hlen = e + 4 - c->head, used = k - (c->head_bytes - hlen);
      p += used;
      n -= used;
      c->head_bytes = hlen;
      c->head[hlen] = 0;
      c->status = atoi(c->head + 9);
      if (c->status == 100) {
        c->head_bytes = 0;
        break;
      }
      char *x = strcasestr(c->head, "\r\ncontent-length:");
      char *t = strcasestr(c->head, "\r\ntransfer-encoding: chunked");
      if (c->kind == CONS && c->status != 200) {
        failure("consumer status %d: %.60s", c->status, c->head);
        finish_cons(c);
      }
      if (c->status == 204 || c->status == 304) {
        c->state = P_DONE;
        on_end(c);
      } else if (t)
        c->state = P_CSIZE, c->left = 0, c->skipping = 0;
      else if (x) {
        c->left = strtoull(x + 17, 0, 10);
        if (c->left)
          c->state = P_CL;
        else {
          c->state = P_DONE;
          on_end(c);
        }
      } else
        c->state = P_EOF;
      break;
    }
    case P_CL: {
      size_t k = n < c->left ? n : c->left;
      on_body(c, p, k, now);
      p += k;
      n -= k;
      c->left -= k;
      if (!c->left) {
        c->state = P_DONE;
        on_end(c);
      }
      break;
    }
    case P_EOF:
      on_body(c, p, n, now);
      n = 0;
      break;
    case P_CSIZE: {
      char ch = *p++;
      n--;
      if (ch == '\n') {
        if (c->left)
          c->state = P_CDATA;
        else
          c->state = P_TRAIL, c->skipping = 0;
      } else if (c->skipping)
        ;
      else if (ch >= '0' && ch <= '9')
        c->left = c->left * 16 + ch - '0';
      else if ((ch | 32) >= 'a' && (ch | 32) <= 'f')
        c->left = c->left * 16 + (ch | 32) - 'a' + 10;
      else
        c->skipping = 1;
      break;
    }
    case P_CDATA: {
      size_t k = n < c->left ? n : c->left;
      on_body(c, p, k, now);
      p += k;
      n -= k;
      c->left -= k;
      if (!c->left) c->state = P_CCRLF;
      break;
    }
    case P_CCRLF: {
      char ch = *p++;
      n--;
      if (ch == '\n') c->state = P_CSIZE, c->left = 0, c->skipping = 0;
      break;
    }
    case P_TRAIL: {
      char ch = *p++;
      n--;
      if (ch == '\n') {
        if (!c->skipping) {
          c->state = P_DONE;
          on_end(c);
        }
        c->skipping = 0;
      } else if (ch != '\r')
        c->skipping = 1;
      break;
    }
    case P_DONE:
      if (c->kind == PROD && !chunked) {
        c->state = P_HEAD;
        c->head_bytes = 0;
        break;
      }
      return;
    }
}

static conn *open_conn(int kind, int stream) {
  conn *c = calloc(1, sizeof *c);
  c->kind = kind;
  c->stream = stream;
  c->idx = conn_count;
  conns[conn_count++] = c;
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (c->fd < 0) {
    perror("socket");
    exit(2);
  }
  int one = 1;
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  connect(c->fd, (void *)(kind == CONS ? &read_addr : &addr), sizeof addr);
  tls_begin(c);
  c->want_out = 1;
  struct epoll_event e = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
  epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &e);
  if (kind == CONS) put_head(c, subscribe_head, 0);
  return c;
}

static void pump(int ms) {
  struct epoll_event ev[512];
  int n = epoll_wait(epoll, ev, 512, ms);
  for (int i = 0; i < n; i++) {
    conn *c = ev[i].data.ptr;
    if (!c || c == (conn *)&timer) {
      u64 x;
      if (c && read(timer, &x, 8) < 0) {
      }
      continue;
    }
    if (c->fd < 0) continue;
    if (!c->connected) {
      int e = 0;
      socklen_t l = sizeof e;
      getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &e, &l);
      if (e) {
        failure("connect: %s", strerror(e));
        if (c->kind == CONS)
          finish_cons(c);
        else if (!c->is_over) {
          c->is_over = 1;
          done_producers++;
        }
        close_conn(c);
        continue;
      }
      if (ev[i].events & EPOLLOUT) c->connected = 1;
    }
    if (ev[i].events & EPOLLOUT) {
      flush_out(c);
      if (c->fd >= 0 && c->want_out && c->out_from == c->out_to && !refill(c)) {
        c->want_out = 0;
        watch(c);
      }
    }
    if (c->fd >= 0 && (ev[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))) {
      ssize_t r = read_some(c, read_buffer, READ_BYTES);
      if (r > 0)
        parse(c, read_buffer, r, now_ns());
      else if (r == 0 || errno != EAGAIN) {
        if (c->kind == CONS) {
          if (c->state == P_EOF && r == 0) c->ended_well = 1;
          if (!c->is_over) {
            if (!c->ended_well) {
              drops++;
            }
            finish_cons(c);
          }
        } else {
          if (!c->is_over) {
            if (c->state == P_EOF && r == 0)
              on_end(c);
            else {
              failure("producer connection closed (%s)", r ? strerror(errno) : "eof");
              c->is_over = 1;
              done_producers++;
            }
          }
        }
        close_conn(c);
      }
    }
  }
}

static double cpu_seconds(void) {
  struct rusage r;
  getrusage(RUSAGE_SELF, &r);
  return r.ru_utime.tv_sec + r.ru_stime.tv_sec + (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static int told_to_go_on(void) {
  fd_set s;
  struct timeval z = {0, 0};
  FD_ZERO(&s);
  FD_SET(0, &s);
  char b;
  if (select(1, &s, 0, 0, &z) > 0) {
    ssize_t r = read(0, &b, 1);
    return r >= 0;
  }
  return 0;
}

static void announce(const char *name) {
  printf("{\"phase\":\"%s\"}\n", name);
  fflush(stdout);
  u64 lim = now_ns() + 60ull * 1000000000;
  while (!told_to_go_on() && now_ns() < lim) pump(20);
}

/* The end of the object that was begun: what was wrong, and the CPU seconds of this process. */
static void print_verdict(double cpu) {
  printf("\"bad\":%" PRIu64 ",\"errs\":%" PRIu64 ",\"err\":\"%s\",\"badmsg\":\"%s\",\"lg_cpu\":%.3f}\n",
         mismatches, failures, failure_text, mismatch_text, cpu);
}

static void make_pattern(void) {
  static const char alphabet[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/";
  pattern = malloc(PERIOD + 2 * READ_BYTES);
  u64 x = 88172645463325252ull; /* xorshift */
  for (u32 i = 0; i < PERIOD; i++) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    pattern[i] = (u8)(x >> 24);
  }
  if (number_option("text", 1))
    for (u32 i = 0; i < PERIOD; i++) pattern[i] = (i % 80 == 79) ? '\n' : alphabet[(u8)pattern[i] & 63];
  /* Once more, so that any slice of up to 1 MiB is contiguous. */
  for (u32 i = PERIOD; i < PERIOD + 2 * READ_BYTES; i++) pattern[i] = pattern[i - PERIOD];
  for (int i = 0; i < LINE_BYTES; i++) padding[i] = "0123456789 lorem ipsum dolor sit amet "[i % 38];
}

static void set_up(void) {
  mode = option("mode", "read");
  id_prefix = option("id", "s");
  chunked = !strcmp(option("style", "chunked"), "chunked");
  publish_head = option("pub", "");
  subscribe_head = option("sub", "");
  line_end = option("scan", 0);
  if (option("tls", 0)) tls_set_up(option("tls", 0));
  wraps_s2 = number_option("s2", 0);
  answers_early = number_option("early", 0);
  if (line_end && strlen(line_end) > sizeof((conn *)0)->line - LINE_BYTES) {
    fprintf(stderr, "scan is too long\n");
    exit(2);
  }
  write_bytes = number_option("wsize", 65536);
  lines_per_write = number_option("wbatch", 32);
  producer_count = number_option("producers", 1);
  consumers_each = number_option("consumers", 0);
  need_eof = number_option("eof", 1);
  verifies_lines =
      !strcmp(option("verify", "pattern"), "lines") || !strcmp(mode, "live") || !strcmp(mode, "lines");
  addr.sin_family = AF_INET;
  addr.sin_port = htons(number_option("port", 80));
  addr.sin_addr.s_addr = inet_addr("127.0.0.1");
  read_addr = addr;
  read_addr.sin_port = htons(number_option("readport", ntohs(addr.sin_port)));
  epoll = epoll_create1(0);
  read_buffer = malloc(READ_BYTES + 1);
  histogram = calloc(BUCKETS, sizeof *histogram);
  conns = calloc(CONNS_MAX, sizeof *conns);
  make_pattern();
  setvbuf(stdout, 0, _IOLBF, 0);
}

static void pump_for(u64 ns, int ms) {
  u64 until = now_ns() + ns;
  while (now_ns() < until) pump(ms);
}

static void open_consumers(void) {
  for (int i = 0; i < producer_count; i++)
    for (int k = 0; k < consumers_each; k++) open_conn(CONS, i);
}

/* modes ingest and lines */
static void run_upload(void) {
  u64 bytes_each = number_option("bytes", 0), lines_each = number_option("lines", 0);
  int consumers = producer_count * consumers_each, consumers_first = number_option("consfirst", 0);
  expect = !consumers_each ? 0 : verifies_lines ? lines_each : bytes_each;
  u64 t0 = now_ns(), limit = t0 + number_option("maxs", 20) * SECOND;
  double cpu0 = cpu_seconds();
  if (consumers_first) open_consumers();
  for (int i = 0; i < producer_count; i++) {
    conn *c = open_conn(PROD, i);
    c->bytes_todo = bytes_each;
    c->lines_todo = lines_each;
  }
  if (consumers_each && !consumers_first) {
    pump_for(100 * MILLISECOND, 5);
    open_consumers();
  }
  while (now_ns() < limit && (done_producers < producer_count || done_consumers < consumers) && !mismatches)
    pump(100);
  int complete = done_producers == producer_count && done_consumers == consumers;
  double cpu = cpu_seconds() - cpu0;
  u64 elapsed = (last_arrival > t0 ? last_arrival : now_ns()) - t0;

  u64 bytes_sent = 0, upload_lines = 0;
  int full = 0;
  for (int i = 0; i < conn_count; i++) {
    conn *c = conns[i];
    if (c->kind == PROD) {
      bytes_sent += bytes_each - c->bytes_todo;
      upload_lines += lines_each - c->lines_todo;
    } else if (c->has_all)
      full++;
  }
  if (full < consumers) complete = 0;
  printf("{\"elapsed\":%.6f,\"bytes\":%" PRIu64 ",\"lines\":%" PRIu64 ",\"read_bytes\":%" PRIu64
         ",\"complete\":%d,",
         elapsed / 1e9, bytes_sent, upload_lines, body_bytes, complete);
  print_verdict(cpu);
}

static void run_read(void) {
  int readers = number_option("readers", 1), streams = number_option("streams", 1);
  expect = number_option(verifies_lines ? "lines" : "bytes", 0);
  u64 t0 = now_ns(), limit = t0 + number_option("maxs", 20) * SECOND;
  double cpu0 = cpu_seconds();
  for (int i = 0; i < readers; i++) open_conn(CONS, i % streams);
  while (now_ns() < limit && done_consumers < readers && !mismatches) pump(100);
  double cpu = cpu_seconds() - cpu0;
  u64 elapsed = (done_consumers == readers && last_arrival > t0 ? last_arrival : now_ns()) - t0;

  u64 lines = 0;
  int full = 0, eofs = 0;
  for (int i = 0; i < conn_count; i++) {
    full += conns[i]->has_all;
    eofs += conns[i]->ended_well;
    lines += conns[i]->lines;
  }
  printf("{\"elapsed\":%.6f,\"bytes\":%" PRIu64 ",\"lines\":%" PRIu64
         ",\"full\":%d,\"eofs\":%d,\"readers\":%d,\"complete\":%d,",
         elapsed / 1e9, body_bytes, lines, full, eofs, readers, full == readers);
  print_verdict(cpu);
}

static int all_producers_sent(int prelude) {
  for (int i = 0; i < producer_count; i++) {
    conn *c = conns[i];
    if (!c->connected || c->out_from < c->out_to) return 0;
    if (!chunked && prelude && !c->ready && !c->closed) return 0;
  }
  return 1;
}

/* Each with line 0 if there is a prelude: that one every tail gets by replay. */
static void open_producers(int prelude) {
  for (int i = 0; i < producer_count;) {
    for (int k = 0; k < 50 && i < producer_count; k++, i++) {
      conn *c = open_conn(PROD, i);
      if (chunked) put_head(c, publish_head, 0);
      if (prelude) emit(c, now_ns());
    }
    pump(2);
    pump_for(4 * MILLISECOND, 1);
  }
  u64 limit = now_ns() + 5 * SECOND;
  while (!all_producers_sent(prelude) && now_ns() <= limit) pump(5);
  pump_for(number_option("settle_ms", 150) * MILLISECOND, 5);
}

/* No faster than they get line 0, so that the server's backlog does not decide. */
static void open_tails(int tails, int prelude) {
  u64 progress = now_ns(), limit = progress + number_option("ramp_s", 12) * SECOND;
  int ready_before = 0;
  for (int opened = 0; opened < tails && now_ns() < limit;) {
    if (ready_consumers != ready_before) {
      ready_before = ready_consumers;
      progress = now_ns();
    }
    if (opened - ready_consumers < 300 || now_ns() - progress > 20 * MILLISECOND)
      for (int k = 0; k < 50 && opened < tails; k++, opened++) open_conn(CONS, opened % producer_count);
    u64 until = now_ns() + 4 * MILLISECOND;
    do pump(1);
    while (now_ns() < until);
  }
  while (prelude && ready_consumers < tails && now_ns() < limit) pump(5);
  if (!prelude) pump_for(500 * MILLISECOND, 5);
}

/* Returns by how much the latest line was late, in ns. */
static u64 send_at_rate(u64 t0, u64 duration, u64 rate_mhz) {
  u64 step = 1000 * SECOND / rate_mhz / producer_count, late_max = 0;
  for (u64 k = 0; k < duration / step;) {
    u64 due = t0 + k * step, now = now_ns();
    if (now >= due) {
      conn *c = conns[k++ % producer_count];
      if (now - due > late_max) late_max = now - due;
      emit(c, now);
      flush_out(c);
      lines_sent++;
      if (now - due >= 2 * MILLISECOND) pump(0); /* behind: let the readers have their turn */
      continue;
    }
    struct itimerspec at = {.it_value = {due / SECOND, due % SECOND}};
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, 0);
    pump(100);
    if (now_ns() > t0 + duration + 2 * SECOND) break;
  }
  return late_max;
}

static void emit_many(conn *c, u64 lines, u64 now) {
  for (u64 i = 0; i < lines; i++) emit(c, now);
  lines_sent += lines;
  flush_out(c);
}

/* `window` lines are on their way; a quarter of them follows as soon as every tail has got a quarter. */
static void send_saturating(u64 end, u64 window, int prelude, int ready) {
  conn *c = conns[0];
  u64 quarter = window / 4 ? window / 4 : 1;
  saturating = 1;
  reached = 0;
  target = (prelude ? 1 : 0) + quarter;
  emit_many(c, window, now_ns());
  while (now_ns() < end) {
    pump(5);
    while (reached >= ready && ready > 0) {
      u64 now = now_ns();
      if (now >= end) break;
      emit_many(c, quarter, now);
      target += quarter;
      reached = 0;
      for (int i = producer_count; i < conn_count; i++)
        if (conns[i]->lines >= target) reached++;
    }
  }
  saturating = 0;
}

static u64 missing_of(conn *tail) {
  u64 sent = conns[tail->stream]->seq;
  return tail->lines < sent ? sent - tail->lines : 0;
}

static int is_behind(void) {
  int behind = 0;
  for (int i = 0; i < producer_count; i++)
    if (conns[i]->queue_length || conns[i]->out_from < conns[i]->out_to) {
      behind = 1;
      flush_out(conns[i]);
    }
  for (int i = producer_count; i < conn_count && !behind; i++)
    if (!conns[i]->closed && missing_of(conns[i])) behind = 1;
  return behind;
}

/* Returns how many tails were told of the end. */
static int end_streams(int tails) {
  for (int i = 0; i < producer_count; i++)
    if (conns[i]->fd >= 0) {
      put(conns[i], "0\r\n\r\n", 5);
      conns[i]->ended = 1;
      flush_out(conns[i]);
    }
  u64 limit = now_ns() + 3 * SECOND;
  while (now_ns() < limit && done_consumers < tails) pump(10);
  int ended = 0;
  for (int i = producer_count; i < conn_count; i++) ended += conns[i]->ended_well;
  return ended;
}

static void run_live(void) {
  u64 rate_mhz =
      number_option("rate_mhz", 0); /* lines per 1000 s per producer; 0: as many as the window allows */
  u64 window = number_option("window", 0), duration = number_option("dur_ms", 4000) * MILLISECOND;
  int step = number_option("step", 0), prelude = number_option("prelude", 1);
  need_eof = 0;
  producer_count = number_option("streams", 1);
  int tails = number_option("tails", producer_count * consumers_each);
  timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  struct epoll_event e = {.events = EPOLLIN, .data.ptr = (conn *)&timer};
  epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &e);

  if (step) announce("start");
  open_producers(prelude);
  if (step) announce("producers");
  u64 opening = now_ns();
  open_tails(tails, prelude);
  double ramp = (now_ns() - opening) / 1e9;
  int ready = ready_consumers;
  if (step) {
    announce("tails");
    printf("{\"ready\":%d,\"tails\":%d,\"producers\":%d,\"ramp_s\":%.3f,\"complete\":%d,\"elapsed\":%.3f,",
           ready, tails, producer_count, ramp, ready == tails, (now_ns() - opening) / 1e9);
    print_verdict(cpu_seconds());
    return;
  }

  measuring = 1;
  last_arrival = 0;
  double cpu0 = cpu_seconds();
  u64 t0 = now_ns() + 20 * MILLISECOND, late_max = 0;
  if (rate_mhz)
    late_max = send_at_rate(t0, duration, rate_mhz);
  else if (window)
    send_saturating(t0 + duration, window, prelude, ready);
  u64 sent_at = now_ns();
  /* Everything sent must arrive. */
  u64 limit = sent_at + number_option("grace_ms", 6000) * MILLISECOND;
  while (is_behind() && now_ns() <= limit) pump(10);
  u64 done_at = last_arrival > t0 ? last_arrival : now_ns();
  double cpu = cpu_seconds() - cpu0;
  measuring = 0;

  u64 missing = 0;
  for (int i = producer_count; i < conn_count; i++) missing += missing_of(conns[i]);
  u64 ending = now_ns();
  int ended = 0, ends = chunked && number_option("finish", 1);
  if (ends) ended = end_streams(tails);
  printf("{\"elapsed\":%.6f,\"send_s\":%.6f,\"sent\":%" PRIu64 ",\"deliveries\":%" PRIu64
         ",\"missing\":%" PRIu64
         ",\"ready\":%d,\"consumers\":%d,\"ended\":%d,\"eof_s\":%.3f,\"complete\":%d,",
         (done_at - t0) / 1e9, (sent_at - t0) / 1e9, lines_sent, deliveries, missing, ready, tails, ended,
         ends ? (now_ns() - ending) / 1e9 : 0, ready == tails && !missing);
  printf("\"p50_us\":%" PRIu64 ",\"p90_us\":%" PRIu64 ",\"p99_us\":%" PRIu64 ",\"p999_us\":%" PRIu64
         ",\"max_us\":%" PRIu64 ",\"late_max_us\":%" PRIu64 ",\"ramp_s\":%.3f,\"drops\":%" PRIu64 ",",
         percentile(.5), percentile(.9), percentile(.99), percentile(.999), latency_max, late_max / 1000,
         ramp, drops);
  print_verdict(cpu);
}

int main(int ac, char **av) {
  arg_count = ac;
  args = av;
  set_up();
  if (!strcmp(mode, "live"))
    run_live();
  else if (!strcmp(mode, "read"))
    run_read();
  else
    run_upload();
  return 0;
}
