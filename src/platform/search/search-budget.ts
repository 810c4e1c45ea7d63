import { invalid } from './errors.ts';
import type { ParameterTable } from './search-parameters.ts';

/**
 * What one search may still ask for, all its parameters together. Every chain multiplies by the types it may go
 * through, so that a short address could otherwise stand for millions of conditions.
 */
export type SearchBudget = { links: number; steps: number; conditions: number; found: number; compared: number };

/**
 * `links` are parameters that chain or have `_has`, `steps` the further resources they lead through; alternatives found
 * by key share one look-up, those compared are a condition each.
 */
export function fullBudget(): SearchBudget {
  return { links: 10, steps: 20, conditions: 400, found: 2000, compared: 200 };
}

const spentText = {
  links: 'the search has too many chains',
  steps: 'the chains of the search lead through too many resources',
  conditions: 'the chain may lead to too many types; name them, as in subject:Patient.name',
  found: 'the search has too many alternatives',
  compared: 'the search has too many alternatives',
};

/** Takes what a part of the search asks for off the budget, and refuses it by its name when that is spent. */
export function spend(budget: SearchBudget, what: keyof SearchBudget, amount: number, name: string): void {
  budget[what] -= amount;
  if (budget[what] < 0) {
    throw invalid(name, spentText[what]);
  }
}

/** What the reading of a search works with: the parameters there are, and what may still be asked for. */
export type Reading = { readonly table: ParameterTable; readonly budget: SearchBudget };
