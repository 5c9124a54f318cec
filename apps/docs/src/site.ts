import { offerCopying } from './copy';
import { fillIn } from './fill-in';
import { offerSearch } from './search';
import { showPlaces } from './places';

showPlaces();
offerSearch();
offerCopying();
void fillIn();
