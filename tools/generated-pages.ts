import { settingsPage } from '#platform/config';
import { specification } from '../src/settings.ts';
import { featuresPage } from './feature-table.ts';
import { requirementLists, requirementPage } from './requirement-lists.ts';

/** Pages of the documentation that are made from the source. A test holds each against what is committed. */
export function generatedPages(): readonly { readonly path: string; readonly text: string }[] {
  return [
    { path: 'docs/generated/config.md', text: settingsPage(specification) },
    { path: 'docs/generated/features.md', text: featuresPage() },
    ...requirementLists().map((list) => ({
      path: `docs/generated/requirements-${list.name}.md`,
      text: requirementPage(list),
    })),
  ];
}
