import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import { App } from './app.js';
import './styles/base.css';
import './styles/parts.css';
import { startTheme } from './theme.js';

startTheme();
render(<App />, document.getElementById('app')!);
