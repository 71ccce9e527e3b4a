/** The environment of a Loom. Settings in that of the benchmark would be measured as if they were the defaults. */
export function defaultSettings() {
  const names = Object.keys(process.env).filter((name) => name.startsWith('LOOM_'));
  return { NODE_ENV: 'production', ...Object.fromEntries(names.map((name) => [name, undefined])) };
}
