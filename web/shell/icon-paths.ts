/** Pictures for `icon`: lines in a box of 16 by 16. A page has those that it imports. */
export const PRODUCT_ICON = 'M2 4h12M2 8h9M2 12h5M13 7v6m-2-2 2 2 2-2';
export const AUTO_ICON = 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM8 2v12M10 4v8M12 6v4';
export const LIGHT_ICON =
  'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6ZM8 1v1.6M8 13.4V15M1 8h1.6M13.4 8H15M3 3l1.2 1.2M11.8 11.8 13 13M3 13l1.2-1.2M11.8 4.2 13 3';
export const DARK_ICON = 'M13.5 9.6A6 6 0 1 1 6.4 2.5a4.8 4.8 0 0 0 7.1 7.1Z';
export const COPY_ICON = 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3';
export const CHECK_ICON = 'm3 8.5 3.2 3L13 4.8';
export const CROSS_ICON = 'm4 4 8 8M12 4l-8 8';
export const QUESTION_ICON = 'M5.6 6a2.4 2.4 0 1 1 3.5 2.1C8.3 8.5 8 9 8 9.9M8 12.4v.1';
export const PAUSE_ICON = 'M5.5 3.5v9M10.5 3.5v9';
export const PLAY_ICON = 'M5 3.2v9.6L12.5 8Z';
export const DOWN_ICON = 'M8 3v9.5M4 8.8l4 4 4-4';
export const UP_ICON = 'M8 13V3.5M4 7.2l4-4 4 4';
export const SEARCH_ICON = 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM10.3 10.3 14 14';
export const DOWNLOAD_ICON = 'M8 2.5v8M4.5 7.2 8 10.6l3.5-3.4M3 13.5h10';
export const LINK_ICON =
  'M6.7 9.3a2.6 2.6 0 0 0 3.7 0l2.4-2.4a2.6 2.6 0 0 0-3.7-3.7l-.8.8M9.3 6.7a2.6 2.6 0 0 0-3.7 0L3.2 9.1a2.6 2.6 0 0 0 3.7 3.7l.8-.8';
export const WRAP_ICON = 'M2 4h12M2 8h9.5a2.2 2.2 0 0 1 0 4.4H8.5m1.8-1.8-1.8 1.8 1.8 1.8M2 12h3';
export const RUNNING_ICON = 'M13.5 8A5.5 5.5 0 1 1 8 2.5';
export const STOPPED_ICON = 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM4.2 4.2l7.6 7.6';
export const CLOCK_ICON = 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM8 4.8V8l2.2 1.6';
export const FOLD_ICON = 'M2 3.5h12M5 8h9M5 12.5h9M1.5 7l1.2 1.2L3.9 7';
