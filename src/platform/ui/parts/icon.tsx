import type { ReactElement } from 'react';

const shapes = {
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.5 15.5 20 20',
  alert: 'M12 4 2.8 19.5h18.4zM12 10v4.5M12 17v.2',
  info: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M12 11v5.5M12 7.5v.2',
  check: 'm4.5 12.5 5 5 10-11',
  up: 'M12 19V5M6 11l6-6 6 6',
  down: 'M12 5v14M6 13l6 6 6-6',
  visit:
    'M7 3v5a4.5 4.5 0 0 0 9 0V3M11.500 12.500V15a5 5 0 0 0 7.500 4M19 15.500a1.750 1.750 0 1 0 0 3.500 1.750 1.750 0 0 0 0-3.500',
  result:
    'M9.500 3.500h5M10.500 3.500v6L5 18.500a1.500 1.500 0 0 0 1.300 2h11.400a1.500 1.500 0 0 0 1.300-2l-5.500-9v-6M8 14.500h8',
  vaccine: 'm14 4 6 6M17 7l-2.500 2.500M9 9.500l5.500 5.500M7 11.500 12.500 6l5.500 5.500-8 8H5v-5zM5 19.500 3 21.500',
  medicine:
    'M8.500 20.500a5 5 0 0 1-5-5c0-1.300.5-2.600 1.500-3.500l7-7a5 5 0 0 1 7 7l-7 7a5 5 0 0 1-3.500 1.500M8.500 8.500l7 7',
  procedure: 'M4 20 14.500 9.500M14.500 9.500l2-5.500 3.500 3.500-5.500 2M6.500 17.500 9 20',
  document: 'M6 3.500h8l4.500 4.500v12.500h-12.500zM14 3.500V8h4.500M9 12.500h6M9 16h6',
  people:
    'M9 11.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7M2.500 20c0-3.500 3-5.500 6.500-5.500s6.500 2 6.500 5.500M16 4.800a3.500 3.500 0 0 1 0 6.400M18 14.800c2 .8 3.500 2.500 3.500 5.200',
  person: 'M12 11.500a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4.500 20.500c0-4 3.400-6 7.500-6s7.500 2 7.500 6',
  problem: 'M3 12.500h4l2.500-6 4 11 2.500-5h5',
  print: 'M7 8.500v-5h10v5M7 17H4V8.500h16V17h-3M7 14h10v6.500H7z',
  close: 'M6 6l12 12M18 6 6 18',
  chevron: 'm9 5 7 7-7 7',
  external: 'M14 4h6v6M20 4l-9 9M18 14v6H4V6h6',
} as const;

export type IconName = keyof typeof shapes;

/** A drawn sign beside words. It never stands alone: the words beside it carry the meaning. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }): ReactElement {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={shapes[name]} />
    </svg>
  );
}
