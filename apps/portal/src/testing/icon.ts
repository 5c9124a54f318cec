/** Stands in for an imported SVG file. */
export default '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -960 960 960"><path d="M0 0"/></svg>';
