export interface Matcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** A metric that a query asks for, with its conditions. */
export interface Selector {
  readonly name: string;
  readonly matchers: readonly Matcher[];
  /** As it stands in the query. */
  readonly text: string;
}

const NAME = /\b(?:(?:thaw|process|nodejs)_[a-z0-9_]+|job:[a-z0-9_:]+|up|ALERTS)\b(\{[^}]*\})?/g;
const MATCHER = /([a-z_]+)(=~|!~|!=|=)"([^"]*)"/g;

/** The selectors of a PromQL query over metrics that Thaw, its rules, the process or Prometheus make. */
export function selectorsOf(expr: string): Selector[] {
  return [...expr.matchAll(NAME)].map(([text, conditions = '']) => ({
    text,
    name: text.slice(0, text.length - conditions.length),
    matchers: [...conditions.matchAll(MATCHER)].map(([, label = '', operator = '', value = '']) => ({
      label,
      operator: operator as Matcher['operator'],
      value,
    })),
  }));
}
