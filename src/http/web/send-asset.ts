import { sendEmpty, sendHead } from '../front/send-head';
import type { WireRequest } from '../front/wire-request';
import { acceptedCoding } from '../headers/accept-encoding';
import { isNotModified } from '../headers/preconditions';
import { vary } from '../headers/vary';
import type { WebAsset } from './web-files';

/** Answers a GET or HEAD with a file of the build. @param caching its `Cache-Control` */
export function sendAsset(request: WireRequest, { contentType, forms }: WebAsset, caching: string): void {
  const { req, res } = request;
  const coding = acceptedCoding(req.headers['accept-encoding']?.toString(), ['br', 'gzip']);
  const form = forms.get(coding) ?? forms.get('identity');
  if (form === undefined) throw new Error('An asset has no bytes');
  const headers = {
    ETag: form.etag,
    'Cache-Control': caching,
    Vary: vary(res, 'Accept-Encoding'),
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': 'same-origin',
  };
  const codedEtags = [...forms.values()].map(({ etag }) => etag);
  if (isNotModified(req, { etag: form.etag, codedEtags })) {
    sendEmpty(request, 304, headers);
    return;
  }
  sendHead(request, 200, {
    ...headers,
    'Content-Type': contentType,
    'Content-Length': form.bytes.length,
    ...(form === forms.get('identity') ? {} : { 'Content-Encoding': coding }),
  });
  res.end(req.method === 'HEAD' ? undefined : form.bytes);
}
