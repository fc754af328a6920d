/** What `getComputedStyle` tells in tests: an element's own style, and what HTML says by itself.
 *
 * jsdom asks its style sheet of all HTML about each element and all its ancestors, for each element that a role is looked
 * for among: that took nearly a third of the tests' time. No test loads another style sheet.
 */

type Told = Readonly<Record<string, (element: HTMLElement) => string>>;

const bare = document.createElement("i").style;

function inherited(element: HTMLElement, name: "visibility" | "pointerEvents"): string {
  for (let at: HTMLElement | null = element; at; at = at.parentElement) {
    if (at.style[name]) return at.style[name];
  }
  return "";
}

const TOLD: Told = {
  display: (element) => element.style.display || (element.hidden ? "none" : "block"),
  visibility: (element) => inherited(element, "visibility") || "visible",
  pointerEvents: (element) => inherited(element, "pointerEvents") || "auto",
};

const spelled = (name: string): string =>
  name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

export function ownStyle(element: Element, pseudo?: string | null): CSSStyleDeclaration {
  if (pseudo || !(element instanceof HTMLElement)) return bare;
  const asked = (name: string): string | undefined => TOLD[name]?.(element);
  return new Proxy(element.style, {
    get(style, name) {
      if (name === "getPropertyValue")
        return (one: string) => asked(spelled(one)) ?? style.getPropertyValue(one);
      const told = typeof name === "string" ? asked(name) : undefined;
      if (told !== undefined) return told;
      const value: unknown = Reflect.get(style, name, style);
      return typeof value === "function" ? value.bind(style) : value;
    },
  });
}
