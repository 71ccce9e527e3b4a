/** What an element is made of beside its tag: attributes, and listeners by names such as `onclick`. */
type Parts = Readonly<Record<string, string | number | boolean | undefined | ((event: never) => void)>>;
type Child = Node | string | undefined;

/**
 * Builds an element. Text becomes text nodes: nothing is ever parsed as HTML. `true` is an attribute without a value, `false` and
 * `undefined` leave it out. For example, `h('button', { class: 'button', onclick: save }, 'Save')`.
 */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  parts: Parts = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(parts)) {
    if (typeof value === 'function')
      element.addEventListener(name.slice('on'.length), value as EventListener);
    else if (value !== undefined && value !== false)
      element.setAttribute(name, value === true ? '' : `${value}`);
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}
