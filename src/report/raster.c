/* Implements raster.h. */
#include <librsvg/rsvg.h>
#include <math.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"

#include "report/raster.h"

static cairo_status_t
keep(void *context, const unsigned char *p, unsigned n)
{
	struct buf *b = context;

	buf_add(b, (struct str){ (const char *)p, n });
	return b->full ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static enum err
draw(RsvgHandle *handle, cairo_surface_t *surface, struct buf *b)
{
	const RsvgRectangle whole = { 0, 0,
		cairo_image_surface_get_width(surface),
		cairo_image_surface_get_height(surface) };
	cairo_t *cairo = cairo_create(surface);
	bool is_drawn = rsvg_handle_render_document(handle, cairo, &whole,
	    NULL) && cairo_status(cairo) == CAIRO_STATUS_SUCCESS;

	cairo_destroy(cairo);
	if (!is_drawn)
		return ERR_AWAY;
	(void)cairo_surface_write_to_png_stream(surface, keep, b);
	return b->full || !b->n ? ERR_LIMIT : OK;
}

static enum err
raster(RsvgHandle *handle, unsigned width, struct buf *b)
{
	cairo_surface_t *surface;
	double w, h, high;
	enum err e;

	if (!rsvg_handle_get_intrinsic_size_in_pixels(handle, &w, &h) ||
	    w < 1 || h < 1)
		return ERR_INPUT;
	high = ceil(h * width / w);
	if (!width || width > RASTER_PIXELS_MAX || high > RASTER_PIXELS_MAX)
		return ERR_LIMIT;
	surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)width,
	    (int)high);
	e = cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS ?
	    draw(handle, surface, b) : ERR_AWAY;
	cairo_surface_destroy(surface);
	return e;
}

enum err
raster_png(struct arena *a, struct str svg, unsigned width, struct str *out)
{
	GError *error = NULL;
	RsvgHandle *handle = rsvg_handle_new_from_data(
	    (const guint8 *)svg.p, svg.n, &error);
	struct buf b;
	enum err e;

	if (!handle) {
		log_event(LOG_WARN, "raster.unread", LOG_Z("why",
		    error->message));
		g_error_free(error);
		return ERR_INPUT;
	}
	buf_init(&b, a, RASTER_BYTES_MAX);
	e = raster(handle, width, &b);
	g_object_unref(handle);
	if (!e)
		*out = buf_str(&b);
	return e;
}
