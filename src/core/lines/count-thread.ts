// The entry of a thread that counts newlines.
import { serveJobs } from '../threads/serve-jobs';
import { type CountedSlices, countSlices, type LineCountJob } from './counted-slices';

serveJobs<LineCountJob, CountedSlices>(countSlices, (slices) => [slices.buffer]);
