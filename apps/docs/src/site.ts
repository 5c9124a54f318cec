import { fillIn } from './fill-in';
import { offerSearch } from './search';
import { showPlaces } from './places';

showPlaces();
offerSearch();
void fillIn();
