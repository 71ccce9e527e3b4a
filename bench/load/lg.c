/* lg - load generator for log-stream servers: one thread, epoll, every byte checked.
 * Arguments are key=value; see README.md. Prints one JSON object.
 * modes: ingest  (bulk pattern bytes up, optional attached readers)
 *        lines   (100-byte lines up as fast as accepted)
 *        read    (readers of finished streams, verified)
 *        live    (producers at a rate or saturating + tails, latency histogram; step=1: idle phases) */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
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

#define PERIOD 1048573u
#define LINE 100
#define RB (1 << 20)
typedef uint64_t u64;
typedef uint32_t u32;
typedef uint8_t u8;

enum { PROD = 1, CONS = 2 };

enum { P_HEAD, P_CL, P_CSIZE, P_CDATA, P_CCRLF, P_TRAIL, P_EOF, P_DONE };

typedef struct conn {
  int fd;
  u8 kind, up, closed, want_out, ready, ended, resp_done, head_sent, ok_end, full;
  int stream, idx;
  char *out;
  size_t oo, ol, oc;
  u8 st;
  int status;
  u64 left;
  int trl;
  char hb[4096];
  int hl; /* response parser */
  u64 todo, pos;
  u32 seq;
  int inflight;
  u64 lines_todo; /* producer */
  u64 *pq;
  u32 pqh, pqn, pqc; /* pending line times (one request per line) */
  u64 bytes, lines;
  u32 next;
  char lb[512];
  int ll; /* consumer */
} conn;

static int ep, tfd, argc_;
static char **argv_;
static char *pat, *rbuf;
static char padding[LINE];
static conn **C;
static int nC, nP;
static const char *mode, *idp, *thead, *rhead;
static int chunked, verify_lines;
static u64 wsize, opt_window;
static int wbatch;
static u64 bad, errs, body_bytes, deliveries, conn_drops;
static char errmsg[200], badmsg[160];
static u32 *H;
static u64 lat_n, lat_max; /* histogram in us: 64 sub-buckets per power of two */
static int phase;
static u64 sent_lines;
static int measuring;
static u64 t_first, t_last;
static u64 target;
static int reached, saturating;
static struct sockaddr_in addr;
static int done_prod, done_cons, ready_cons;
static u64 expect;
static int need_eof;
static int nconsper;

static u64 now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static const char *opt(const char *k, const char *d) {
  size_t n = strlen(k);
  for (int i = 1; i < argc_; i++)
    if (!strncmp(argv_[i], k, n) && argv_[i][n] == '=') return argv_[i] + n + 1;
  return d;
}

static u64 num(const char *k, u64 d) {
  const char *v = opt(k, 0);
  return v ? strtoull(v, 0, 10) : d;
}

static void err(const char *f, ...) {
  errs++;
  if (*errmsg) return;
  va_list a;
  va_start(a, f);
  vsnprintf(errmsg, sizeof errmsg, f, a);
  va_end(a);
  for (char *p = errmsg; *p; p++)
    if (*p == '"' || *p == '\\' || (u8)*p < 32 || (u8)*p > 126) *p = '.';
}

static void badf(const char *f, ...) {
  bad++;
  if (*badmsg) return;
  va_list a;
  va_start(a, f);
  vsnprintf(badmsg, sizeof badmsg, f, a);
  va_end(a);
  for (char *p = badmsg; *p; p++)
    if (*p == '"' || *p == '\\' || (u8)*p < 32 || (u8)*p > 126) *p = '.';
}

static int hidx(u64 us) {
  if (us < 64) return us;
  int e = 63 - __builtin_clzll(us);
  int r = (e - 5) * 64 + ((us >> (e - 6)) & 63);
  return r < 4096 ? r : 4095;
}

static u64 hval(int i) {
  if (i < 64) return i;
  int e = i / 64 + 5;
  return (1ull << e) + ((u64)(i & 63) << (e - 6));
}

static u64 pct(double q) {
  u64 want = (u64)(lat_n * q), s = 0;
  if (!lat_n) return 0;
  for (int i = 0; i < 4096; i++) {
    s += H[i];
    if (s > want) return hval(i);
  }
  return lat_max;
}

static void watch(conn *c) {
  struct epoll_event e = {.events = EPOLLIN | (c->want_out ? EPOLLOUT : 0), .data.ptr = c};
  epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e);
}

static void put(conn *c, const void *p, size_t n) {
  if (c->oo == c->ol) c->oo = c->ol = 0;
  if (c->ol + n > c->oc) {
    c->oc = (c->ol + n) * 2;
    c->out = realloc(c->out, c->oc);
  }
  memcpy(c->out + c->ol, p, n);
  c->ol += n;
}

static void put_head(conn *c, const char *t, u64 len) {
  const char *p = t, *q;
  char b[64];
  while ((q = strchr(p, '{'))) {
    put(c, p, q - p);
    if (!strncmp(q, "{id}", 4)) {
      put(c, b, sprintf(b, "%s%d", idp, c->stream));
      p = q + 4;
    } else if (!strncmp(q, "{len}", 5)) {
      put(c, b, sprintf(b, "%llu", (unsigned long long)len));
      p = q + 5;
    } else if (!strncmp(q, "{seq}", 5)) {
      put(c, b, sprintf(b, "%u", c->seq));
      p = q + 5;
    } else if (!strncmp(q, "{n}", 3)) {
      put(c, b, sprintf(b, "%d", nconsper));
      p = q + 3;
    } else {
      put(c, q, 1);
      p = q + 1;
    }
  }
  put(c, p, strlen(p));
}

static void mkline(char *b, int stream, u32 seq, u64 ts) {
  static const char hx[] = "0123456789abcdef";
  memcpy(b, padding, LINE);
  b[0] = '@';
  for (int i = 5, v = stream; i >= 1; i--, v /= 10) b[i] = '0' + v % 10;
  b[6] = ':';
  for (int i = 15; i >= 7; i--, seq /= 10) b[i] = '0' + seq % 10;
  b[16] = ':';
  for (int i = 32; i >= 17; i--, ts >>= 4) b[i] = hx[ts & 15];
  b[33] = ':';
  b[LINE - 1] = '\n';
}

static void put_line(conn *c, u64 ts) {
  char b[LINE + 8];
  if (chunked) {
    memcpy(b, "64\r\n", 4);
    mkline(b + 4, c->stream, c->seq++, ts);
    memcpy(b + 4 + LINE, "\r\n", 2);
    put(c, b, LINE + 6);
  } else {
    put_head(c, thead, LINE);
    mkline(b, c->stream, c->seq++, ts);
    put(c, b, LINE);
    c->inflight = 1;
  }
}

static u64 soff(int s) {
  return (u64)s * 7919;
}

/* produce more output when the out buffer is empty; returns 0 when there is nothing to send now */
static int refill(conn *c) {
  if (c->oo < c->ol) return 1;
  if (!strcmp(mode, "ingest")) {
    if (chunked) {
      if (!c->head_sent) {
        put_head(c, thead, 0);
        c->head_sent = 1;
      }
      if (c->todo) {
        u64 n = c->todo < wsize ? c->todo : wsize;
        char b[24];
        put(c, b, sprintf(b, "%llx\r\n", (unsigned long long)n));
        put(c, pat + (soff(c->stream) + c->pos) % PERIOD, n);
        put(c, "\r\n", 2);
        c->pos += n;
        c->todo -= n;
        return 1;
      }
      if (!c->ended) {
        put(c, "0\r\n\r\n", 5);
        c->ended = 1;
        return 1;
      }
      return c->oo < c->ol;
    }
    if (c->inflight || !c->todo) return 0;
    u64 n = c->todo < wsize ? c->todo : wsize;
    put_head(c, thead, n);
    put(c, pat + (soff(c->stream) + c->pos) % PERIOD, n);
    c->pos += n;
    c->todo -= n;
    c->inflight = 1;
    return 1;
  }
  if (!strcmp(mode, "lines")) {
    if (chunked) {
      if (!c->head_sent) {
        put_head(c, thead, 0);
        c->head_sent = 1;
      }
      if (c->lines_todo) {
        for (int i = 0; i < wbatch && c->lines_todo; i++, c->lines_todo--) put_line(c, 0);
        return 1;
      }
      if (!c->ended) {
        put(c, "0\r\n\r\n", 5);
        c->ended = 1;
        return 1;
      }
      return c->oo < c->ol;
    }
    if (c->inflight || !c->lines_todo) return 0;
    c->lines_todo--;
    put_line(c, 0);
    return 1;
  }
  /* live: queued lines of a one-request-per-line target */
  if (!chunked && c->kind == PROD && !c->inflight && c->pqn) {
    u64 ts = c->pq[c->pqh];
    c->pqh = (c->pqh + 1) % c->pqc;
    c->pqn--;
    put_line(c, ts);
    return 1;
  }
  return 0;
}

static void finish_cons(conn *c);

static void cclose(conn *c) {
  if (c->fd >= 0) {
    close(c->fd);
    c->fd = -1;
    c->closed = 1;
  }
}

static void flush_out(conn *c) {
  if (c->fd < 0 || !c->up) return;
  for (int i = 0; i < 8; i++) {
    if (!refill(c)) break;
    ssize_t n = send(c->fd, c->out + c->oo, c->ol - c->oo, MSG_NOSIGNAL);
    if (n < 0) {
      if (errno == EAGAIN) break;
      err("send: %s", strerror(errno));
      if (c->kind == PROD && !c->resp_done) {
        c->resp_done = 1;
        done_prod++;
      }
      cclose(c);
      return;
    }
    c->oo += n;
    if (c->oo < c->ol) break;
  }
  int w = c->oo < c->ol ||
          (c->kind == PROD && phase < 99 && (!strcmp(mode, "ingest") || !strcmp(mode, "lines")) &&
           (chunked ? !c->ended : (!c->inflight && (c->todo || c->lines_todo))));
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
  if (c->pqn == c->pqc) {
    u32 nc = c->pqc ? c->pqc * 2 : 64;
    u64 *q = malloc(nc * 8);
    for (u32 i = 0; i < c->pqn; i++) q[i] = c->pq[(c->pqh + i) % c->pqc];
    free(c->pq);
    c->pq = q;
    c->pqh = 0;
    c->pqc = nc;
  }
  c->pq[(c->pqh + c->pqn++) % c->pqc] = ts;
}

static void check_line(conn *c, const char *p, int n, u64 now) {
  if (n && p[n - 1] == '\r') n--;
  if (n > 5 && !memcmp(p, "data:", 5)) {
    p += 5;
    n -= 5;
    if (n && *p == ' ') p++, n--;
  }
  if (!n || *p != '@') return; /* event framing, comments */
  if (n != LINE - 1 || memcmp(p + 34, padding + 34, LINE - 35)) {
    badf("line len %d: %.40s", n, p);
    return;
  }
  int s = 0;
  for (int i = 1; i <= 5; i++) s = s * 10 + p[i] - '0';
  u32 q = 0;
  for (int i = 7; i <= 15; i++) q = q * 10 + p[i] - '0';
  if (s != c->stream) {
    badf("stream %d got %d", c->stream, s);
    return;
  }
  if (q != c->next) {
    badf("stream %d want seq %u got %u", c->stream, c->next, q);
    c->next = q;
  }
  c->next++;
  c->lines++;
  if (q == 0 && !c->ready) {
    c->ready = 1;
    ready_cons++;
  }
  if (measuring && q > 0) {
    u64 ts = 0;
    for (int i = 17; i <= 32; i++) {
      char ch = p[i];
      ts = ts << 4 | (ch <= '9' ? ch - '0' : ch - 'a' + 10);
    }
    u64 us = now > ts ? (now - ts) / 1000 : 0;
    H[hidx(us)]++;
    lat_n++;
    if (us > lat_max) lat_max = us;
    deliveries++;
    t_last = now;
  }
  if (saturating && c->lines == target) reached++;
  if (expect && c->lines == expect && !c->full) {
    c->full = 1;
    if (!need_eof) finish_cons(c);
  }
}

static void on_body(conn *c, const char *p, size_t n, u64 now) {
  if (c->kind == PROD) return;
  body_bytes += n;
  if (!verify_lines) {
    u64 o = soff(c->stream) + c->bytes;
    c->bytes += n;
    while (n) {
      u64 m = o % PERIOD;
      size_t k = n < RB ? n : RB;
      if (memcmp(p, pat + m, k)) {
        badf("stream %d bytes differ near %llu", c->stream, (unsigned long long)(c->bytes - n));
        break;
      }
      p += k;
      n -= k;
      o += k;
    }
    if (expect && c->bytes > expect) badf("stream %d too many bytes", c->stream);
    if (expect && c->bytes == expect && !c->full) {
      c->full = 1;
      if (!need_eof) finish_cons(c);
    }
    return;
  }
  c->bytes += n;
  while (n) {
    const char *e = memchr(p, '\n', n);
    if (!e) {
      size_t k = n;
      if (c->ll + k > sizeof c->lb) {
        badf("line too long");
        c->ll = 0;
        return;
      }
      memcpy(c->lb + c->ll, p, k);
      c->ll += k;
      return;
    }
    size_t k = e - p;
    if (c->ll) {
      if (c->ll + k <= sizeof c->lb) {
        memcpy(c->lb + c->ll, p, k);
        check_line(c, c->lb, c->ll + k, now);
      }
      c->ll = 0;
    } else
      check_line(c, p, k, now);
    p = e + 1;
    n -= k + 1;
  }
}

static void finish_cons(conn *c) {
  if (!c->resp_done) {
    c->resp_done = 1;
    done_cons++;
    t_last = now_ns();
  }
}

static void on_end(conn *c) { /* response complete */
  if (c->kind == PROD) {
    if (c->status < 200 || c->status > 299) {
      err("producer status %d: %.80s", c->status, c->hb);
      if (!c->resp_done) {
        c->resp_done = 1;
        done_prod++;
      }
      cclose(c);
      return;
    }
    if (chunked) {
      if (!c->resp_done) {
        c->resp_done = 1;
        done_prod++;
        t_last = now_ns();
        if (!c->ended) err("response ended before the body");
      }
      return;
    }
    c->inflight = 0;
    c->st = P_HEAD;
    c->hl = 0;
    c->ready = 1;
    if ((!strcmp(mode, "ingest") && !c->todo) || (!strcmp(mode, "lines") && !c->lines_todo)) {
      if (!c->resp_done) {
        c->resp_done = 1;
        done_prod++;
        t_last = now_ns();
      }
      return;
    }
    flush_out(c);
  } else {
    c->ok_end = 1;
    finish_cons(c);
  }
}

static void parse(conn *c, const char *p, size_t n, u64 now) {
  while (n) switch (c->st) {
    case P_HEAD: {
      size_t room = sizeof c->hb - 1 - c->hl, k = n < room ? n : room;
      int from = c->hl > 3 ? c->hl - 3 : 0;
      memcpy(c->hb + c->hl, p, k);
      c->hl += k;
      c->hb[c->hl] = 0;
      char *e = memmem(c->hb + from, c->hl - from, "\r\n\r\n", 4);
      if (!e) {
        p += k;
        n -= k;
        if (!room) {
          err("header too big");
          return;
        }
        break;
      }
      int hlen = e + 4 - c->hb, used = k - (c->hl - hlen);
      p += used;
      n -= used;
      c->hl = hlen;
      c->hb[hlen] = 0;
      c->status = atoi(c->hb + 9);
      if (c->status == 100) {
        c->hl = 0;
        break;
      }
      char *x = strcasestr(c->hb, "\r\ncontent-length:");
      char *t = strcasestr(c->hb, "\r\ntransfer-encoding: chunked");
      if (c->kind == CONS && c->status != 200) {
        err("consumer status %d: %.60s", c->status, c->hb);
        finish_cons(c);
      }
      if (c->status == 204 || c->status == 304) {
        c->st = P_DONE;
        on_end(c);
      } else if (t)
        c->st = P_CSIZE, c->left = 0, c->trl = 0;
      else if (x) {
        c->left = strtoull(x + 17, 0, 10);
        if (c->left)
          c->st = P_CL;
        else {
          c->st = P_DONE;
          on_end(c);
        }
      } else
        c->st = P_EOF;
      break;
    }
    case P_CL: {
      size_t k = n < c->left ? n : c->left;
      on_body(c, p, k, now);
      p += k;
      n -= k;
      c->left -= k;
      if (!c->left) {
        c->st = P_DONE;
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
          c->st = P_CDATA;
        else
          c->st = P_TRAIL, c->trl = 0;
      } else if (c->trl)
        ;
      else if (ch >= '0' && ch <= '9')
        c->left = c->left * 16 + ch - '0';
      else if ((ch | 32) >= 'a' && (ch | 32) <= 'f')
        c->left = c->left * 16 + (ch | 32) - 'a' + 10;
      else
        c->trl = 1;
      break;
    }
    case P_CDATA: {
      size_t k = n < c->left ? n : c->left;
      on_body(c, p, k, now);
      p += k;
      n -= k;
      c->left -= k;
      if (!c->left) c->st = P_CCRLF;
      break;
    }
    case P_CCRLF: {
      char ch = *p++;
      n--;
      if (ch == '\n') c->st = P_CSIZE, c->left = 0, c->trl = 0;
      break;
    }
    case P_TRAIL: {
      char ch = *p++;
      n--;
      if (ch == '\n') {
        if (!c->trl) {
          c->st = P_DONE;
          on_end(c);
        }
        c->trl = 0;
      } else if (ch != '\r')
        c->trl = 1;
      break;
    }
    case P_DONE:
      if (c->kind == PROD && !chunked) {
        c->st = P_HEAD;
        c->hl = 0;
        break;
      }
      return;
    }
}

static conn *copen(int kind, int stream) {
  conn *c = calloc(1, sizeof *c);
  c->kind = kind;
  c->stream = stream;
  c->idx = nC;
  C[nC++] = c;
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (c->fd < 0) {
    perror("socket");
    exit(2);
  }
  int one = 1;
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  connect(c->fd, (void *)&addr, sizeof addr);
  c->want_out = 1;
  struct epoll_event e = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
  epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &e);
  if (kind == CONS) put_head(c, rhead, 0);
  return c;
}

static void pump(int ms) {
  struct epoll_event ev[512];
  int n = epoll_wait(ep, ev, 512, ms);
  for (int i = 0; i < n; i++) {
    conn *c = ev[i].data.ptr;
    if (!c || c == (conn *)&tfd) {
      u64 x;
      if (c && read(tfd, &x, 8) < 0) {
      }
      continue;
    }
    if (c->fd < 0) continue;
    if (!c->up) {
      int e = 0;
      socklen_t l = sizeof e;
      getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &e, &l);
      if (e) {
        err("connect: %s", strerror(e));
        if (c->kind == CONS)
          finish_cons(c);
        else if (!c->resp_done) {
          c->resp_done = 1;
          done_prod++;
        }
        cclose(c);
        continue;
      }
      if (ev[i].events & EPOLLOUT) c->up = 1;
    }
    if (ev[i].events & EPOLLOUT) {
      flush_out(c);
      if (c->fd >= 0 && c->want_out && c->oo == c->ol && !refill(c)) {
        c->want_out = 0;
        watch(c);
      }
    }
    if (c->fd >= 0 && (ev[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))) {
      ssize_t r = recv(c->fd, rbuf, RB, 0);
      if (r > 0)
        parse(c, rbuf, r, now_ns());
      else if (r == 0 || errno != EAGAIN) {
        if (c->kind == CONS) {
          if (c->st == P_EOF && r == 0) c->ok_end = 1;
          if (!c->resp_done) {
            if (!c->ok_end) {
              conn_drops++;
            }
            finish_cons(c);
          }
        } else {
          if (!c->resp_done) {
            if (c->st == P_EOF && r == 0)
              on_end(c);
            else {
              err("producer connection closed (%s)", r ? strerror(errno) : "eof");
              c->resp_done = 1;
              done_prod++;
            }
          }
        }
        cclose(c);
      }
    }
  }
}

static double cpu_s(void) {
  struct rusage r;
  getrusage(RUSAGE_SELF, &r);
  return r.ru_utime.tv_sec + r.ru_stime.tv_sec + (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static int waitkey(void) {
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

static void stepto(const char *name) {
  printf("{\"phase\":\"%s\"}\n", name);
  fflush(stdout);
  u64 lim = now_ns() + 60ull * 1000000000;
  while (!waitkey() && now_ns() < lim) pump(20);
}

int main(int ac, char **av) {
  argc_ = ac;
  argv_ = av;
  mode = opt("mode", "read");
  idp = opt("id", "s");
  chunked = !strcmp(opt("style", "chunked"), "chunked");
  thead = opt("pub", "");
  rhead = opt("sub", "");
  wsize = num("wsize", 65536);
  wbatch = num("wbatch", 32);
  u64 maxs = num("maxs", 20);
  nP = num("producers", 1);
  nconsper = num("consumers", 0);
  need_eof = num("eof", 1);
  verify_lines =
      !strcmp(opt("verify", "pattern"), "lines") || !strcmp(mode, "live") || !strcmp(mode, "lines");
  addr.sin_family = AF_INET;
  addr.sin_port = htons(num("port", 80));
  addr.sin_addr.s_addr = inet_addr("127.0.0.1");
  ep = epoll_create1(0);
  rbuf = malloc(RB + 1);
  H = calloc(4096, sizeof *H);
  pat = malloc(PERIOD + 2 * RB);
  u64 x = 88172645463325252ull;
  for (u32 i = 0; i < PERIOD; i++) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    u8 b = x >> 24;
    pat[i] = b;
  }
  const char *alpha = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/";
  if (num("text", 1))
    for (u32 i = 0; i < PERIOD; i++) pat[i] = (i % 80 == 79) ? '\n' : alpha[(u8)pat[i] & 63];
  for (u32 i = PERIOD; i < PERIOD + 2 * RB; i++)
    pat[i] = pat[i - PERIOD]; /* so that any slice of up to 1 MiB is contiguous */
  for (int i = 0; i < LINE; i++) padding[i] = "0123456789 lorem ipsum dolor sit amet "[i % 38];
  int NR = num("readers", 1), NS = num("streams", 1);
  int total = 20000;
  C = calloc(total, sizeof *C);
  u64 perbytes = num("bytes", 0), perlines = num("lines", 0);
  double c0, c1;
  u64 t0, limit;
  int complete = 1, eofs = 0;
  u64 total_bytes = 0, total_lines = 0;
  setvbuf(stdout, 0, _IOLBF, 0);

  if (!strcmp(mode, "ingest") || !strcmp(mode, "lines")) {
    expect = nconsper ? (verify_lines ? perlines : perbytes) : 0;
    t0 = now_ns();
    c0 = cpu_s();
    limit = t0 + maxs * 1000000000ull;
    if (nconsper && num("consfirst", 0))
      for (int i = 0; i < nP; i++)
        for (int k = 0; k < nconsper; k++) copen(CONS, i);
    for (int i = 0; i < nP; i++) {
      conn *c = copen(PROD, i);
      c->todo = perbytes;
      c->lines_todo = perlines;
    }
    if (nconsper && !num("consfirst", 0)) {
      u64 w = now_ns() + 100000000ull;
      while (now_ns() < w) pump(5);
      for (int i = 0; i < nP; i++)
        for (int k = 0; k < nconsper; k++) copen(CONS, i);
    }
    while (now_ns() < limit && (done_prod < nP || done_cons < nP * nconsper) && !bad) pump(100);
    if (done_prod < nP || done_cons < nP * nconsper) complete = 0;
    c1 = cpu_s();
    u64 el = (t_last > t0 ? t_last : now_ns()) - t0;
    u64 upl = 0;
    for (int i = 0; i < nC; i++) {
      conn *c = C[i];
      if (c->kind == PROD) {
        total_bytes += perbytes - c->todo;
        upl += perlines - c->lines_todo;
      } else {
        total_lines += c->lines;
        if (c->full) eofs++;
      }
    }
    if (nconsper && eofs < nP * nconsper) complete = 0;
    printf("{\"elapsed\":%.6f,\"bytes\":%llu,\"lines\":%llu,\"read_bytes\":%llu,\"complete\":%d,\"bad\":%llu,"
           "\"errs\":%llu,\"err\":\"%s\",\"badmsg\":\"%s\",\"lg_cpu\":%.3f}\n",
           el / 1e9, (unsigned long long)total_bytes, (unsigned long long)upl, (unsigned long long)body_bytes,
           complete, (unsigned long long)bad, (unsigned long long)errs, errmsg, badmsg, c1 - c0);
    return 0;
  }
  if (!strcmp(mode, "read")) {
    expect = verify_lines ? perlines : perbytes;
    t0 = now_ns();
    c0 = cpu_s();
    limit = t0 + maxs * 1000000000ull;
    for (int i = 0; i < NR; i++) copen(CONS, i % NS);
    while (now_ns() < limit && done_cons < NR && !bad) pump(100);
    c1 = cpu_s();
    u64 el = (done_cons == NR && t_last > t0 ? t_last : now_ns()) - t0;
    int full = 0;
    for (int i = 0; i < nC; i++) {
      full += C[i]->full;
      eofs += C[i]->ok_end;
      total_lines += C[i]->lines;
    }
    printf("{\"elapsed\":%.6f,\"bytes\":%llu,\"lines\":%llu,\"full\":%d,\"eofs\":%d,\"readers\":%d,"
           "\"complete\":%d,\"bad\":%llu,\"errs\":%llu,\"err\":\"%s\",\"badmsg\":\"%s\",\"lg_cpu\":%.3f}\n",
           el / 1e9, (unsigned long long)body_bytes, (unsigned long long)total_lines, full, eofs, NR,
           full == NR, (unsigned long long)bad, (unsigned long long)errs, errmsg, badmsg, c1 - c0);
    return 0;
  }
  /* live */
  u64 rate_mhz = num("rate_mhz", 0); /* lines per 1000 s per producer; 0 with window>0: saturate */
  opt_window = num("window", 0);
  u64 dur = num("dur_ms", 4000) * 1000000ull, grace = num("grace_ms", 6000) * 1000000ull;
  int step = num("step", 0);
  int prelude = num("prelude", 1);
  need_eof = 0;
  nP = NS;
  int nc = NS * nconsper;
  if (num("tails", 0)) nc = num("tails", 0);
  tfd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  struct epoll_event te = {.events = EPOLLIN, .data.ptr = (conn *)&tfd};
  epoll_ctl(ep, EPOLL_CTL_ADD, tfd, &te);
  u64 tw = now_ns();
  int opened = 0;
  if (step) stepto("start");
  for (int i = 0; i < NS;) {
    for (int k = 0; k < 50 && i < NS; k++, i++) {
      conn *c = copen(PROD, i);
      if (chunked) put_head(c, thead, 0);
      if (prelude) {
        if (chunked)
          put_line(c, now_ns());
        else
          emit(c, now_ns());
      }
      opened++;
    }
    pump(2);
    u64 w = now_ns() + 4000000;
    while (now_ns() < w) pump(1);
  }
  limit = now_ns() + 5000000000ull;
  for (;;) {
    int ok = 1;
    for (int i = 0; i < NS; i++)
      if (!C[i]->up || C[i]->oo < C[i]->ol || (!chunked && prelude && !C[i]->ready && !C[i]->closed)) {
        ok = 0;
        break;
      }
    if (ok || now_ns() > limit) break;
    pump(5);
  }
  {
    u64 w = now_ns() + num("settle_ms", 150) * 1000000ull;
    while (now_ns() < w) pump(5);
  }
  if (step) stepto("producers");
  u64 topen = now_ns(), prog = topen;
  int lastready = 0;
  int nco = 0;
  limit = topen + num("ramp_s", 12) * 1000000000ull;
  while (nco < nc && now_ns() < limit) {
    if (ready_cons != lastready) {
      lastready = ready_cons;
      prog = now_ns();
    }
    if (nco - ready_cons < 300 || now_ns() - prog > 20000000ull)
      for (int k = 0; k < 50 && nco < nc; k++, nco++) copen(CONS, nco % NS);
    u64 w = now_ns() + 4000000;
    do pump(1);
    while (now_ns() < w);
  }
  while (prelude && ready_cons < nc && now_ns() < limit) pump(5);
  if (!prelude) {
    u64 w = now_ns() + 500000000ull;
    while (now_ns() < w) pump(5);
  }
  double ramp = (now_ns() - topen) / 1e9;
  int ready = ready_cons;
  (void)tw;
  if (step) {
    stepto("tails");
    printf("{\"ready\":%d,\"tails\":%d,\"producers\":%d,\"ramp_s\":%.3f,\"complete\":%d,\"bad\":%llu,"
           "\"errs\":%llu,\"err\":\"%s\",\"badmsg\":\"%s\",\"elapsed\":%.3f,\"lg_cpu\":%.3f}\n",
           ready, nc, NS, ramp, ready == nc, (unsigned long long)bad, (unsigned long long)errs, errmsg,
           badmsg, (now_ns() - topen) / 1e9, cpu_s());
    return 0;
  }
  measuring = 1;
  t_last = 0;
  c0 = cpu_s();
  t0 = now_ns() + 20000000ull;
  t_first = t0;
  u64 tend = t0 + dur, k = 0;
  u64 step_ns = rate_mhz ? 1000000000000ull / rate_mhz / NS : 0;
  u64 late_max = 0;
  if (rate_mhz) {
    u64 kmax = dur / step_ns;
    while (k < kmax) {
      u64 due = t0 + k * step_ns, n = now_ns();
      if (n >= due) {
        conn *c = C[k % NS];
        if (n - due > late_max) late_max = n - due;
        emit(c, n);
        flush_out(c);
        sent_lines++;
        k++;
        if (n - due < 2000000) continue;
        pump(0);
        continue;
      }
      struct itimerspec its = {.it_value = {due / 1000000000ull, due % 1000000000ull}};
      timerfd_settime(tfd, TFD_TIMER_ABSTIME, &its, 0);
      pump(100);
      if (now_ns() > tend + 2000000000ull) break;
    }
  } else if (opt_window) {
    u64 wb = opt_window / 4 ? opt_window / 4 : 1;
    saturating = 1;
    conn *c = C[0];
    u64 base = prelude ? 1 : 0;
    u64 sent = 0;
    reached = 0;
    u64 n = now_ns();
    for (u64 i = 0; i < opt_window; i++) emit(c, n);
    sent = opt_window;
    flush_out(c);
    target = base + wb;
    while (now_ns() < tend) {
      pump(5);
      while (reached >= ready && ready > 0) {
        n = now_ns();
        if (n >= tend) break;
        for (u64 i = 0; i < wb; i++) emit(c, n);
        sent += wb;
        flush_out(c);
        target += wb;
        reached = 0;
        for (int i = NS; i < nC; i++)
          if (C[i]->lines >= target) reached++;
      }
    }
    sent_lines = sent;
    saturating = 0;
  }
  u64 tsend = now_ns();
  /* everything sent must arrive */
  limit = now_ns() + grace;
  for (;;) {
    u64 want = 0;
    int behind = 0;
    for (int i = 0; i < NS; i++)
      if (C[i]->pqn || C[i]->oo < C[i]->ol) {
        behind = 1;
        flush_out(C[i]);
      }
    for (int i = NS; i < nC && !behind; i++) {
      want = C[C[i]->stream]->seq;
      if (C[i]->lines < want && !C[i]->closed) behind = 1;
    }
    if (!behind || now_ns() > limit) break;
    pump(10);
  }
  u64 tdone = t_last > t0 ? t_last : now_ns();
  c1 = cpu_s();
  u64 missing = 0;
  for (int i = NS; i < nC; i++) {
    u64 want = C[C[i]->stream]->seq;
    if (C[i]->lines < want) missing += want - C[i]->lines;
  }
  measuring = 0;
  int ended = 0;
  double t_eof = 0;
  if (chunked && num("finish", 1)) {
    for (int i = 0; i < NS; i++)
      if (C[i]->fd >= 0) {
        put(C[i], "0\r\n\r\n", 5);
        C[i]->ended = 1;
        flush_out(C[i]);
      }
    u64 e0 = now_ns();
    limit = e0 + 3000000000ull;
    while (now_ns() < limit && done_cons < nc) pump(10);
    t_eof = (now_ns() - e0) / 1e9;
    for (int i = NS; i < nC; i++) ended += C[i]->ok_end;
  }
  printf("{\"elapsed\":%.6f,\"send_s\":%.6f,\"sent\":%llu,\"deliveries\":%llu,\"missing\":%llu,\"ready\":%d,"
         "\"consumers\":%d,\"ended\":%d,\"eof_s\":%.3f,\"complete\":%d,\"p50_us\":%llu,\"p90_us\":%llu,\"p99_"
         "us\":%llu,\"p999_us\":%llu,\"max_us\":%llu,\"late_max_us\":%llu,\"ramp_s\":%.3f,\"bad\":%llu,"
         "\"errs\":%llu,\"drops\":%llu,\"err\":\"%s\",\"badmsg\":\"%s\",\"lg_cpu\":%.3f}\n",
         (tdone - t0) / 1e9, (tsend - t0) / 1e9, (unsigned long long)sent_lines,
         (unsigned long long)deliveries, (unsigned long long)missing, ready, nc, ended, t_eof,
         ready == nc && !missing, (unsigned long long)pct(.5), (unsigned long long)pct(.9),
         (unsigned long long)pct(.99), (unsigned long long)pct(.999), (unsigned long long)lat_max,
         (unsigned long long)late_max / 1000, ramp, (unsigned long long)bad, (unsigned long long)errs,
         (unsigned long long)conn_drops, errmsg, badmsg, c1 - c0);
  return 0;
}
