/* csink - trivial C stream relay: the load generator's own ceiling, and a floor for the cost of the kernel's
 * part. POST /stream/N: keeps the body as it came (chunk framing included) and relays it; GET /stream/N: all
 * of it from 0, then live. No parsing of chunks, no limits, no safety: not a server for use. Usage: csink
 * PORT */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct strm {
  char *b;
  size_t n, cap;
  struct conn **subs;
  int ns, cs, end;
} strm;

typedef struct conn {
  int fd, kind, want;
  strm *s;
  size_t off;
  char h[2048];
  int hl;
} conn;

static strm *S[65536];
static int ep;
static char rb[1 << 20];
static const char RH[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n",
                  PR[] = "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n";
static char *K[65536];

static strm *get(const char *p) {
  size_t n = strchr(p, ' ') - p;
  unsigned h = 2166136261u;
  for (size_t i = 0; i < n; i++) h = (h ^ (unsigned char)p[i]) * 16777619u;
  for (h &= 65535; K[h] && (strlen(K[h]) != n || memcmp(K[h], p, n)); h = (h + 1) & 65535);
  if (!K[h]) {
    K[h] = strndup(p, n);
    S[h] = calloc(1, sizeof(strm));
  }
  return S[h];
}

static void wr(conn *c) {
  strm *s = c->s;
  while (c->off < s->n) {
    ssize_t k =
        send(c->fd, s->b + c->off, s->n - c->off > (1 << 20) ? (1 << 20) : s->n - c->off, MSG_NOSIGNAL);
    if (k < 0) {
      if (errno != EAGAIN) {
        c->off = s->n;
      }
      break;
    }
    c->off += k;
  }
  int w = c->off < s->n;
  if (w != c->want) {
    c->want = w;
    struct epoll_event e = {.events = EPOLLIN | (w ? EPOLLOUT : 0), .data.ptr = c};
    epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e);
  }
}

static void add(strm *s, const char *p, size_t n) {
  if (s->n + n > s->cap) {
    s->cap = (s->n + n) * 2;
    s->b = realloc(s->b, s->cap);
  }
  memcpy(s->b + s->n, p, n);
  s->n += n;
  for (int i = 0; i < s->ns; i++)
    if (!s->subs[i]->want) wr(s->subs[i]);
}

static void drop(conn *c) {
  if (c->kind == 2)
    for (int i = 0; i < c->s->ns; i++)
      if (c->s->subs[i] == c) {
        c->s->subs[i] = c->s->subs[--c->s->ns];
        break;
      }
  close(c->fd);
  free(c);
}

int main(int ac, char **av) {
  int l = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
  setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  struct sockaddr_in a = {.sin_family = AF_INET,
                          .sin_port = htons(ac > 1 ? atoi(av[1]) : 9000),
                          .sin_addr.s_addr = inet_addr("127.0.0.1")};
  if (bind(l, (void *)&a, sizeof a) || listen(l, 4096)) {
    perror("bind");
    return 1;
  }
  ep = epoll_create1(0);
  struct epoll_event e = {.events = EPOLLIN, .data.ptr = 0};
  epoll_ctl(ep, EPOLL_CTL_ADD, l, &e);
  for (;;) {
    struct epoll_event ev[256];
    int n = epoll_wait(ep, ev, 256, -1);
    for (int i = 0; i < n; i++) {
      conn *c = ev[i].data.ptr;
      if (!c) {
        int f;
        while ((f = accept4(l, 0, 0, SOCK_NONBLOCK)) >= 0) {
          c = calloc(1, sizeof *c);
          c->fd = f;
          setsockopt(f, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
          e.events = EPOLLIN;
          e.data.ptr = c;
          epoll_ctl(ep, EPOLL_CTL_ADD, f, &e);
        }
        continue;
      }
      if (ev[i].events & EPOLLOUT) wr(c);
      if (!(ev[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))) continue;
      ssize_t r = recv(c->fd, rb, sizeof rb, 0);
      if (r < 0 && errno == EAGAIN) continue;
      if (r <= 0) {
        drop(c);
        continue;
      }
      char *p = rb;
      if (!c->kind) { /* head */
        int k = r < (ssize_t)sizeof c->h - 1 - c->hl ? r : (ssize_t)sizeof c->h - 1 - c->hl;
        memcpy(c->h + c->hl, p, k);
        c->h[c->hl + k] = 0;
        char *x = strstr(c->h, "\r\n\r\n");
        if (!x) {
          c->hl += k;
          continue;
        }
        int used = x + 4 - c->h - c->hl;
        p += used;
        r -= used;
        c->s = get(strchr(c->h, ' ') + 1);
        if (*c->h == 'G') {
          c->kind = 2;
          if (send(c->fd, RH, sizeof RH - 1, MSG_NOSIGNAL) < 0) {
          }
          strm *s = c->s;
          if (s->ns == s->cs) {
            s->cs = s->cs * 2 + 8;
            s->subs = realloc(s->subs, s->cs * sizeof *s->subs);
          }
          s->subs[s->ns++] = c;
          wr(c);
          continue;
        }
        c->kind = 1;
      }
      if (c->kind == 1 && r > 0) {
        add(c->s, p, r);
        if (c->s->n >= 5 && !memcmp(c->s->b + c->s->n - 5, "0\r\n\r\n", 5) &&
            (c->s->n == 5 || c->s->b[c->s->n - 6] == '\n'))
          if (send(c->fd, PR, sizeof PR - 1, MSG_NOSIGNAL) < 0) {
          }
      }
    }
  }
}
