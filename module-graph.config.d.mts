import type { IForbiddenRuleType } from 'dependency-cruiser';

/** Pattern of files that are tests. */
export declare const tests: string;
export declare const rules: readonly (IForbiddenRuleType & { readonly scope?: 'module' | 'folder' })[];
