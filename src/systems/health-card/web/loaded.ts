import { useLoaderData, useRouteLoaderData } from 'react-router';
import { resourceNotFound } from '#platform/fhir-client';

type Loader = (...args: never[]) => Promise<unknown>;

/** What the loader of the page itself brought. The router keeps it untyped; the caller names the loader it was given. */
export function useLoaded<L extends Loader>(): Awaited<ReturnType<L>> {
  return useLoaderData() as Awaited<ReturnType<L>>;
}

/** What the loader of a page further out brought, by that page's route id. */
export function useLoadedBy<L extends Loader>(routeId: string): Awaited<ReturnType<L>> {
  const loaded: unknown = useRouteLoaderData(routeId);
  if (loaded === undefined) throw resourceNotFound(routeId);
  return loaded as Awaited<ReturnType<L>>;
}
