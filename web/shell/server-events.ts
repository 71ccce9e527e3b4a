/** One event of Server-Sent Events. */
export interface ServerEvent {
  /** `message` if it has no name. */
  readonly name: string;
  readonly data: string;
  /** The last id that was sent, in this event or before. */
  readonly id: string;
}

/** An event that is larger is a fault: what comes is bounded. */
const EVENT_LENGTH_MAX = 4 * 1024 * 1024;

/** Parses text that comes in pieces. */
export class ServerEventParser {
  #rest = '';
  #name = '';
  #id = '';
  #data: string[] = [];
  #length = 0;

  /** @returns the events that are whole now. @throws RangeError if an event has no end */
  add(text: string): ServerEvent[] {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    const events = lines.map((line) => this.#line(line)).filter((event) => event !== undefined);
    if (this.#rest.length + this.#length > EVENT_LENGTH_MAX) throw new RangeError('an event is too large');
    return events;
  }

  #line(line: string): ServerEvent | undefined {
    if (line === '') return this.#dispatch();
    const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (field === 'data') {
      this.#data.push(value);
      this.#length += value.length;
    } else if (field === 'event') this.#name = value;
    else if (field === 'id') this.#id = value;
    return undefined;
  }

  #dispatch(): ServerEvent | undefined {
    const event = { name: this.#name || 'message', data: this.#data.join('\n'), id: this.#id };
    const isEmpty = this.#data.length === 0;
    this.#name = '';
    this.#data = [];
    this.#length = 0;
    return isEmpty ? undefined : event;
  }
}
