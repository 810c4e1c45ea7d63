export { type GraphqlAnswer, type GraphqlError, type GraphqlQuery, runQuery } from './run-query.ts';
