// The entry of a thread that searches.
import { serveJobs } from '../threads/serve-jobs';
import { movedOf, runSearchJob } from './search-job';

serveJobs(runSearchJob, movedOf);
