import '../shell/base.css';
