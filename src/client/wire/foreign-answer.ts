/** What an answer means that is not Loom's. @returns `undefined` if that is not known */
export function foreignAnswer(status: number, headers: Headers, text: string): string | undefined {
  const target = headers.get('Location');
  if (status >= 300 && status < 400 && target !== null)
    return `the server has moved to ${target.replace(/\/(?:stream|spy)(?:[/?].*)?$/, '')}: use that URL`;
  // What nginx, Go and Apache answer to plain HTTP.
  if (status === 400 && /HTTP request (?:was sent )?to (?:an )?HTTPS|speaking plain HTTP/i.test(text))
    return 'the server uses TLS: use https:// in place of http://';
  return undefined;
}
