import type { Sql } from '#platform/database';
import { AppError } from '#platform/errors';
import type { OperationAnswer, OperationCall } from '#platform/rest';
import { countOpenJobs, insertJob, type NewJob } from './job.ts';
import { statusPath } from './job-routes.ts';

const openJobs = { ofOneActor: 5, ofAll: 50 };

/** Keeps a request as a job and answers as the asynchronous pattern wants it: 202, and where to ask (FHIR R4, async.html). */
export async function startJob(
  sql: Sql,
  { service, request, baseUrl }: OperationCall,
  { kind, plan }: Pick<NewJob, 'kind' | 'plan'>,
): Promise<Omit<OperationAnswer, 'noted'>> {
  const { name: actor } = await service.actorOf(request);
  const { own, all } = await countOpenJobs(sql, actor);
  if (own >= openJobs.ofOneActor || all >= openJobs.ofAll) {
    const text = 'Too many jobs of this kind wait or run; start this one when another has ended.';
    throw new AppError('busy', 'bulk.too-many-jobs', text);
  }
  const id = await insertJob(sql, {
    kind,
    actor,
    request: `${baseUrl}${request.url.slice('/fhir'.length)}`,
    requiresToken: request.headers.authorization !== undefined,
    plan,
  });
  const text = 'The request is accepted; Content-Location says where its status is.';
  const issue = [{ severity: 'information', code: 'informational', diagnostics: text }];
  return {
    status: 202,
    headers: { 'Content-Location': `${baseUrl}/${statusPath}/${id}` },
    body: JSON.stringify({ resourceType: 'OperationOutcome', issue }),
  };
}
