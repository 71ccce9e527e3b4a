import '../shell/base.css';
import { openFrame } from '../shell/frame';

openFrame('list');
