// As its documentation shows it. Without `stream`, which it recommends for a complete file: with it, each chunk copies all before it.
import './page.css';
import { LazyLog } from '@melloware/react-logviewer';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { CONTAINER, LOG_URL, noteWhole } from './the-log.mjs';

createRoot(CONTAINER).render(
  createElement(LazyLog, {
    ...{ url: LOG_URL, onLoad: noteWhole },
    ...{ enableSearch: true, enableSearchNavigation: true, enableHotKeys: true, caseInsensitive: false },
    ...{ selectableLines: true, enableLineNumbers: true },
  }),
);
