import { useEffect, useRef } from 'react';
import { useLocation } from 'react-router';

/**
 * After a change of page the focus goes to the heading of the new one, so that a screen reader says where one is and the
 * next Tab starts there. The first page, and changes of the query alone (typing in a search), leave it where it is.
 */
export function usePageFocus(): void {
  const { pathname } = useLocation();
  const place = withoutLanguage(pathname);
  const previous = useRef(place);
  useEffect(() => {
    if (previous.current === place) return;
    previous.current = place;
    const headings = document.querySelectorAll<HTMLElement>('[data-page-heading]');
    headings[headings.length - 1]?.focus({ preventScroll: true });
  }, [place]);
}

/** The same page in another language is the same place. */
const withoutLanguage = (pathname: string): string => pathname.replace(/^\/[a-z]{2}(?=\/|$)/, '');
