import { type Check, InvalidValue } from './option';

const COMPLAINT = 'must be a list of URLs that begin with http:// or https://';

/** Servers, as a list or, in an environment variable or a flag, with commas between them. */
export const urlList: Check<readonly string[]> = {
  parse(raw) {
    if (!Array.isArray(raw)) throw new InvalidValue(COMPLAINT);
    return raw.map((url: unknown, index) => {
      if (typeof url === 'string' && /^https?:\/\/\S+$/.test(url) && URL.canParse(url)) return url;
      throw new InvalidValue(COMPLAINT, `[${index}]`);
    });
  },
  fromText: (text) => text.split(',').flatMap((url) => (url.trim() === '' ? [] : [url.trim()])),
};
