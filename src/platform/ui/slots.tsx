import { type ComponentType, createContext, type ReactElement, type ReactNode, useContext } from 'react';
import type { RouteObject } from 'react-router';
import type { LocalText } from '#platform/i18n';
import type { IconName } from './parts/icon.tsx';

/** Places in a screen of one system where others may put something of theirs. */
export type SlotName = 'navigation' | 'patient-chart.tab';

/** A tab or menu entry that leads to a page of its own. `path` is relative to the page that owns the slot. */
export type SlotLink = {
  readonly slot: SlotName;
  readonly id: string;
  readonly label: LocalText;
  readonly path: string;
  readonly icon?: IconName;
  /** Smaller comes first. */
  readonly order: number;
};

/** What a system shows in the portal. */
export type SystemScreens = {
  readonly name: string;
  /** Pages under `/<language>/`. A page that owns a slot takes its children from `fill`. */
  readonly routes: (fill: SlotFiller) => RouteObject[];
  readonly links: readonly SlotLink[];
  /** Pages that stand inside a slot's owner, by slot. */
  readonly slotRoutes?: Readonly<Partial<Record<SlotName, readonly RouteObject[]>>>;
  /** A tool for the header of every page but the system's own first one, e.g. a search. */
  readonly headerTool?: ComponentType;
};

/** The pages that all systems together put into a slot. */
export type SlotFiller = (slot: SlotName) => RouteObject[];

const SlotContext = createContext<readonly SlotLink[]>([]);

export function SlotProvider({ links, children }: { links: readonly SlotLink[]; children: ReactNode }): ReactElement {
  return <SlotContext value={links}>{children}</SlotContext>;
}

/** What the systems put into a slot, in order. */
export function useSlot(slot: SlotName): readonly SlotLink[] {
  return useContext(SlotContext)
    .filter((link) => link.slot === slot)
    .toSorted((a, b) => a.order - b.order);
}
