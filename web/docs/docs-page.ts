import { request } from '../shell/api';
import { reasonOf } from '../shell/error-words';
import type { Frame } from '../shell/frame';
import { h } from '../shell/h';
import { urlOf } from '../shell/root';
import { type Openapi, operationsOf } from './openapi';
import { operationView } from './operation-view';
import { inline, paragraphs } from './rich-text';
import { membersOf, typeOf } from './schema-view';

/** The page of the interface: a list of its operations on the left, the operations and schemas on the right. */
export class DocsPage {
  readonly #filter = h('input', {
    class: 'field',
    type: 'search',
    placeholder: 'Filter',
    'aria-label': 'Filter the operations',
    oninput: () => this.#show(),
  });
  readonly #operations: {
    readonly element: HTMLDetailsElement;
    readonly link: HTMLElement;
    readonly text: string;
  }[] = [];
  readonly #sections: HTMLElement[] = [];

  constructor(private readonly frame: Frame) {
    frame.controls.append(this.#filter);
    frame.keys.add({ keys: ['/'], words: 'Filter the operations', run: () => this.#filter.focus() });
    void this.#load();
  }

  async #load(): Promise<void> {
    try {
      const response = await request('openapi.json');
      this.#build(await response.json());
    } catch (error) {
      this.frame.page.append(
        h('div', { class: 'empty-room' }, h('div', { class: 'empty none' }, h('p', {}, reasonOf(error)))),
      );
    }
  }

  #build(document: Openapi): void {
    const contents = h('nav', { class: 'contents', 'aria-label': 'Operations', tabindex: 0 });
    const body = h(
      'div',
      { class: 'interface', tabindex: 0, role: 'region', 'aria-label': 'Operations and schemas' },
      introduction(document),
    );
    for (const tag of document.tags) this.#addSection(document, tag, contents, body);
    body.append(schemas(document));
    this.frame.page.append(h('div', { class: 'docs' }, contents, body));
    window.addEventListener('hashchange', () => openLinked());
    openLinked();
  }

  #addSection(
    document: Openapi,
    { name, description }: Openapi['tags'][number],
    contents: Node,
    body: Node,
  ): void {
    const operations = operationsOf(document, name).map((operation) => {
      const { method, path, summary, operationId } = operation;
      const element = operationView(document, operation);
      const link = h('a', { href: `#${operationId}` }, ...inline(summary));
      this.#operations.push({
        element,
        link,
        text: `${method} ${path} ${summary} ${operationId}`.toLowerCase(),
      });
      return { element, link };
    });
    const list = h('div', {}, h('h2', {}, name), ...operations.map(({ link }) => link));
    const section = h(
      'section',
      {},
      h('h2', {}, name),
      h('p', { class: 'about' }, ...inline(description)),
      ...operations.map(({ element }) => element),
    );
    this.#sections.push(list, section);
    contents.appendChild(list);
    body.appendChild(section);
  }

  /** Shows the operations with all words of the filter. */
  #show(): void {
    const words = this.#filter.value.toLowerCase().split(/\s+/);
    for (const { element, link, text } of this.#operations) {
      const isHidden = !words.every((word) => text.includes(word));
      element.hidden = isHidden;
      link.hidden = isHidden;
    }
    for (const section of this.#sections)
      section.hidden =
        section.querySelector(':scope > details:not([hidden]), :scope > a:not([hidden])') === null;
  }
}

function introduction({ info }: Openapi): HTMLElement {
  return h(
    'section',
    {},
    h('h1', {}, `${info.title} ${info.version}`),
    ...paragraphs(info.description),
    h(
      'p',
      {},
      'This page is ',
      h('a', { href: urlOf('openapi.yaml').href }, 'openapi.yaml'),
      ', which is there as ',
      h('a', { href: urlOf('openapi.json').href }, 'openapi.json'),
      ' as well.',
    ),
  );
}

function schemas({ components }: Openapi): HTMLElement {
  const all = Object.entries(components.schemas).map(([name, schema]) =>
    h(
      'details',
      { class: 'operation', id: `schema-${name}` },
      h(
        'summary',
        {},
        h('code', { class: 'path' }, name),
        h('span', { class: 'summary' }, ...inline(schema.description ?? '')),
      ),
      h('div', { class: 'inside' }, h('p', { class: 'type' }, ...typeOf(schema)), membersOf(schema)),
    ),
  );
  return h('section', {}, h('h2', {}, 'Schemas'), ...all);
}

/** Opens what the fragment of the address names, and scrolls there. */
function openLinked(): void {
  const linked = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!(linked instanceof HTMLDetailsElement)) return;
  linked.open = true;
  linked.scrollIntoView();
}
