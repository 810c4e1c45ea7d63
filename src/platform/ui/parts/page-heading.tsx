import type { ReactElement, ReactNode } from 'react';

type PageHeadingProps = {
  level?: 1 | 2;
  /** Stands in the browser's tab, before the name of the whole. */
  documentTitle: string;
  /** The heading is only heard, because something seen says the same. */
  hidden?: boolean;
  children: ReactNode;
};

/** The heading that names a page. It takes the focus when one arrives from another page, see `usePageFocus`. */
export function PageHeading({ level = 1, documentTitle, hidden = false, children }: PageHeadingProps): ReactElement {
  const Heading = level === 1 ? 'h1' : 'h2';
  return (
    <>
      <title>{`${documentTitle} · VSİS`}</title>
      <Heading className={hidden ? 'visually-hidden' : undefined} tabIndex={-1} data-page-heading="">
        {children}
      </Heading>
    </>
  );
}
