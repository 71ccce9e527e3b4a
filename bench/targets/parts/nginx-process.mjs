import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../harness/ports.mjs';

const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** Starts an nginx of one worker in the stage's folder. @param main what comes first, @param http the body of `http {}` */
export async function startNginx(stage, { main = '', connections, http }) {
  const port = await freePort();
  const { folder } = stage;
  const configuration = join(folder, 'nginx.conf');
  // As root its worker would be nobody, to whom the folder does not belong.
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  const temporary = TEMPORARY.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ');
  writeFileSync(
    configuration,
    `${main}
daemon off; ${user} worker_processes 1; worker_rlimit_nofile 20000;
pid ${folder}/nginx.pid; error_log ${folder}/error.log warn;
events { worker_connections ${connections}; }
http {
  access_log off;
  ${temporary}
${http(port)}
}
`,
  );
  const start = () => stage.serve('nginx', ['-c', configuration, '-p', folder], port);
  let child = await start();
  const pids = [child.pid];
  const restart = async () => {
    await stage.end(child);
    child = await start();
    pids[0] = child.pid;
  };
  return { port, pids, restart };
}
