export { type Format, formats, writeRows } from './formats.ts';
export { noteRun } from './note-run.ts';
export { parseView } from './parse-view.ts';
export { runView, type ViewBatch } from './run-view.ts';
export { givenSource, positionsOf, recordSource } from './sources.ts';
export { viewDefinitionRun } from './view-operation.ts';
