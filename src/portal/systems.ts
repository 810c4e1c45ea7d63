import type { RouteObject } from 'react-router';
import type { SlotLink, SlotName, SystemScreens } from '#platform/ui';
import { healthCardScreens } from '#systems/health-card/web';

/** The national systems that have screens. A system joins the portal by its line here. */
export const systems: readonly SystemScreens[] = [healthCardScreens];

/** All pages of all systems, with the slots filled. */
export function systemRoutes(): RouteObject[] {
  const fill = (slot: SlotName): RouteObject[] => systems.flatMap(({ slotRoutes }) => slotRoutes?.[slot] ?? []);
  return systems.flatMap(({ routes }) => routes(fill));
}

export const systemLinks: readonly SlotLink[] = systems.flatMap(({ links }) => links);
