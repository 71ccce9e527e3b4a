// A worker of a cluster that listens on a free port, sends it to the primary, and closes each connection.
require('node:net')
  .createServer((socket) => socket.end())
  .listen(0, '127.0.0.1', function () {
    process.send({ port: this.address().port });
  });
