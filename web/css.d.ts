/** esbuild bundles what a page imports into the styles of that page. */
declare module '*.css';
