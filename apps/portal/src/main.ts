import { bootstrapApplication } from '@angular/platform-browser';
import { App } from './app/app';
import { appConfig } from './app/app-config';

// In a task of its own: reading the bundle and starting the application in one go would keep a
// slow phone from painting and from hearing a tap.
setTimeout(() => void bootstrapApplication(App, appConfig));
