/* Implements special.h. */
#include <math.h>

#include "experiment/special.h"

#define LN_2PI 1.8378770664093454836
#define STIRLING_SERIES_MIN 15	/* from here six terms are exact to 1e-16 */
#define LOG1PMX_SERIES_MAX .1
#define FRACTION_STEPS_MAX 1000000
#define FRACTION_TINY 1e-300	/* Lentz: instead of a zero denominator */
#define FRACTION_EPSILON 1e-16
/* Above, the fraction takes longer than the integral of the tail. */
#define BETA_FRACTION_MAX 3000
#define TAIL_PANELS 4
#define TAIL_E_FOLDS 46		/* beyond, 1e-20 of the tail is left */
#define QUANTILE_STEPS_MAX 1100	/* doublings of a double, and its bits */

double
special_normal_p(double z)
{
	return .5 * erfc(-z * M_SQRT1_2);
}

double
special_normal_q(double z)
{
	return .5 * erfc(z * M_SQRT1_2);
}

/* A ratio of two polynomials of degree 7, the lowest power first. */
static double
ratio_of(const double top[8], const double bottom[8], double x)
{
	double t = 0, b = 0;

	for (int i = 7; i >= 0; i--) {
		t = t * x + top[i];
		b = b * x + bottom[i];
	}
	return t / b;
}

double
special_normal_quantile(double p)
{
	static const double middle[2][8] = {
		{ 3.3871328727963666080e0, 1.3314166789178437745e2,
		    1.9715909503065514427e3, 1.3731693765509461125e4,
		    4.5921953931549871457e4, 6.7265770927008700853e4,
		    3.3430575583588128105e4, 2.5090809287301226727e3 },
		{ 1, 4.2313330701600911252e1, 6.8718700749205790830e2,
		    5.3941960214247511077e3, 2.1213794301586595867e4,
		    3.9307895800092710610e4, 2.8729085735721942674e4,
		    5.2264952788528545610e3 },
	};
	static const double near[2][8] = {
		{ 1.42343711074968357734, 4.63033784615654529590,
		    5.76949722146069140550, 3.64784832476320460504,
		    1.27045825245236838258, 2.41780725177450611770e-1,
		    2.27238449892691845833e-2, 7.74545014278341407640e-4 },
		{ 1, 2.05319162663775882187, 1.67638483018380384940,
		    6.89767334985100004550e-1, 1.48103976427480074590e-1,
		    1.51986665636164571966e-2, 5.47593808499534494600e-4,
		    1.05075007164441684324e-9 },
	};
	static const double far[2][8] = {
		{ 6.65790464350110377720, 5.46378491116411436990,
		    1.78482653991729133580, 2.96560571828504891230e-1,
		    2.65321895265761230930e-2, 1.24266094738807843860e-3,
		    2.71155556874348757815e-5, 2.01033439929228813265e-7 },
		{ 1, 5.99832206555887937690e-1, 1.36929880922735805310e-1,
		    1.48753612908506148525e-2, 7.86869131145613259100e-4,
		    1.84631831751005468180e-5, 1.42151175831644588870e-7,
		    2.04426310338993978564e-15 },
	};
	double q = p - .5, r, z;

	if (!(p > 0))
		return -INFINITY;
	if (p >= 1)
		return INFINITY;
	if (fabs(q) <= .425)
		return q * ratio_of(middle[0], middle[1], .180625 - q * q);
	r = sqrt(-log(q < 0 ? p : 1 - p));
	z = r <= 5 ? ratio_of(near[0], near[1], r - 1.6) :
	    ratio_of(far[0], far[1], r - 5);
	return q < 0 ? -z : z;
}

double
special_lgamma(double x)
{
	int sign;

	return lgamma_r(x, &sign);
}

double
special_stirling(double x)
{
	double y = 1 / (x * x);

	if (x < STIRLING_SERIES_MIN)
		return special_lgamma(x) -
		    ((x - .5) * log(x) - x + .5 * LN_2PI);
	return (1 / 12.0 - y * (1 / 360.0 - y * (1 / 1260.0 -
	    y * (1 / 1680.0 - y * (1 / 1188.0 - y * 691 / 360360))))) / x;
}

double
special_log1pmx(double x)
{
	double r = x / (2 + x), square = r * r, sum = 0, power = 1;

	if (fabs(x) > LOG1PMX_SERIES_MAX)
		return log1p(x) - x;
	/* ln(1 + x) = 2 (r + r^3/3 + r^5/5 ...), and x = 2 r / (1 - r). */
	for (int i = 3; i <= 15; i += 2) {
		sum += power / i;
		power *= square;
	}
	return 2 * r * square * sum - r * x;
}

/* ln Gamma(b) - ln Gamma(a + b) by Stirling, whose large terms cancel here. */
double
special_lbeta(double a, double b)
{
	double less = fmin(a, b), more = fmax(a, b), sum = a + b;

	return special_lgamma(less) - (more - .5) * log1p(less / more) -
	    less * log(sum) + less + special_stirling(more) -
	    special_stirling(sum);
}

struct special_beta
special_beta_of(double a, double b)
{
	struct special_beta beta = { .a = a, .b = b };
	double n = a + b - 2;

	beta.is_peaked = a > 1 && b > 1;
	if (!beta.is_peaked) {
		beta.ln_top = -special_lbeta(a, b);
		return beta;
	}
	beta.top = (a - 1) / n;
	beta.ln_top = log(n + 1) +
	    .5 * (log(n) - LN_2PI - log(a - 1) - log(b - 1)) +
	    special_stirling(n) - special_stirling(a - 1) -
	    special_stirling(b - 1);
	return beta;
}

/* y is 1 - x, as exactly as the caller knows it. */
static double
ln_density(const struct special_beta *beta, double x, double y)
{
	double d = x - beta->top;

	if (!(x > 0) || !(y > 0))
		return -INFINITY;
	if (beta->is_peaked)
		return beta->ln_top +
		    (beta->a - 1) * special_log1pmx(d / beta->top) +
		    (beta->b - 1) * special_log1pmx(-d / (1 - beta->top));
	return beta->ln_top + (beta->a == 1 ? 0 : (beta->a - 1) * log(x)) +
	    (beta->b == 1 ? 0 : (beta->b - 1) * (x < .5 ? log1p(-x) : log(y)));
}

double
special_beta_ln(const struct special_beta *beta, double x)
{
	return ln_density(beta, x, 1 - x);
}

static double
density(double x, const void *beta)
{
	return exp(special_beta_ln(beta, x));
}

/* The mass of beta below x, which is not above the mean. */
static double
tail_by_integral(const struct special_beta *beta, double x)
{
	double n = beta->a + beta->b;
	double sd = sqrt(beta->a / n * (beta->b / n) / (n + 1));
	double z = fmax(0, (beta->top - x) / sd), sum = 0;
	double length = sd * (sqrt(z * z + 2 * TAIL_E_FOLDS) - z);

	if (x > beta->top)
		length += x - beta->top;
	for (int i = 0; i < TAIL_PANELS; i++)
		sum += special_gauss(density, beta,
		    fmax(0, x - length * (i + 1) / TAIL_PANELS),
		    fmax(0, x - length * i / TAIL_PANELS));
	return sum;
}

static double
away_from_0(double x)
{
	return fabs(x) < FRACTION_TINY ? FRACTION_TINY : x;
}

/* Lentz's method on the even and odd coefficients of DLMF 8.17.23. */
static double
beta_fraction(double a, double b, double x)
{
	double c = 1, d = 1 / away_from_0(1 - (a + b) * x / (a + 1));
	double f = d, step;

	for (int m = 1; m <= FRACTION_STEPS_MAX; m++) {
		double at = a + 2.0 * m;
		double even = m * (b - m) * x / ((at - 1) * at);
		double odd = -(a + m) * (a + b + m) * x / (at * (at + 1));

		d = 1 / away_from_0(1 + even * d);
		c = away_from_0(1 + even / c);
		f *= c * d;
		d = 1 / away_from_0(1 + odd * d);
		c = away_from_0(1 + odd / c);
		step = c * d;
		f *= step;
		if (fabs(step - 1) <= FRACTION_EPSILON)
			break;
	}
	return f;
}

/* I_x(a, b) for an x where the fraction is quick; y is 1 - x. */
static double
beta_below(double a, double b, double x, double y)
{
	struct special_beta beta = special_beta_of(a, b);

	if (fmin(a, b) > BETA_FRACTION_MAX)
		return tail_by_integral(&beta, x);
	return exp(ln_density(&beta, x, y)) * x * y / a *
	    beta_fraction(a, b, x);
}

static bool
is_low(double a, double b, double x)
{
	return x < (a + 1) / (a + b + 2);
}

static double
beta_p(double a, double b, double x, double y)
{
	if (!(x > 0))
		return 0;
	if (!(y > 0))
		return 1;
	return is_low(a, b, x) ? fmin(1, beta_below(a, b, x, y)) :
	    fmax(0, 1 - beta_below(b, a, y, x));
}

double
special_beta_p(double a, double b, double x)
{
	return beta_p(a, b, x, 1 - x);
}

double
special_beta_q(double a, double b, double x)
{
	return beta_p(b, a, 1 - x, x);
}

/* P(a, x) by its series (DLMF 8.11.4), without the leading factor. */
static double
gamma_series(double a, double x)
{
	double term = 1, sum = 1;

	for (int n = 1; n <= FRACTION_STEPS_MAX; n++) {
		term *= x / (a + n);
		sum += term;
		if (term <= sum * FRACTION_EPSILON)
			break;
	}
	return sum / a;
}

/* Q(a, x) by Lentz on DLMF 8.9.2's contraction, likewise. */
static double
gamma_fraction(double a, double x)
{
	double b = x + 1 - a, c = 1 / FRACTION_TINY, d = 1 / b, f = d, step;

	for (int n = 1; n <= FRACTION_STEPS_MAX; n++) {
		double coefficient = -n * (n - a);

		b += 2;
		d = 1 / away_from_0(coefficient * d + b);
		c = away_from_0(b + coefficient / c);
		step = c * d;
		f *= step;
		if (fabs(step - 1) <= FRACTION_EPSILON)
			break;
	}
	return f;
}

double
special_chi2_q(double x, double df)
{
	double a = df / 2, half = x / 2, factor;

	if (!(df > 0) || !(x > 0))
		return 1;
	if (isinf(x))
		return 0;
	/* x^a exp(-x) / Gamma(a), relative to where x is a. */
	factor = sqrt(a / (2 * M_PI)) * exp(a * special_log1pmx((half - a) / a)
	    - special_stirling(a));
	if (half < a + 1)
		return fmax(0, 1 - factor * gamma_series(a, half));
	return fmin(1, factor * gamma_fraction(a, half));
}

double
special_t_q(double t, double df)
{
	double ratio = df / t / t;

	if (t < 0)
		return 1 - special_t_q(-t, df);
	if (!(t > 0) || isinf(ratio))
		return .5;
	return .5 * beta_p(df / 2, .5, ratio / (1 + ratio), 1 / (1 + ratio));
}

double
special_t_quantile_q(double q, double df)
{
	double low = 0, high = 1;
	int steps = 0;

	if (!(q > 0))
		return INFINITY;
	if (q >= 1)
		return -INFINITY;
	if (q > .5)
		return -special_t_quantile_q(1 - q, df);
	for (; special_t_q(high, df) > q && steps < QUANTILE_STEPS_MAX; steps++)
	{
		low = high;
		high *= 2;
	}
	for (; steps < QUANTILE_STEPS_MAX; steps++) {
		double middle = low + (high - low) / 2;

		if (middle <= low || middle >= high)
			break;
		*(special_t_q(middle, df) > q ? &low : &high) = middle;
	}
	return high;
}

/* Abramowitz & Stegun 25.4.30, by Newton's method to 50 digits. */
const double special_gauss_node[SPECIAL_GAUSS_NODES] = {
	-.99312859918509492479, -.96397192727791379127,
	-.91223442825132590587, -.83911697182221882339,
	-.74633190646015079261, -.63605368072651502545,
	-.51086700195082709800, -.37370608871541956067,
	-.22778585114164507808, -.07652652113349733375,
	.07652652113349733375, .22778585114164507808,
	.37370608871541956067, .51086700195082709800,
	.63605368072651502545, .74633190646015079261,
	.83911697182221882339, .91223442825132590587,
	.96397192727791379127, .99312859918509492479,
};
const double special_gauss_weight[SPECIAL_GAUSS_NODES] = {
	.01761400713915211831, .04060142980038694133,
	.06267204833410906357, .08327674157670474872,
	.10193011981724043504, .11819453196151841731,
	.13168863844917662690, .14209610931838205133,
	.14917298647260374679, .15275338713072585070,
	.15275338713072585070, .14917298647260374679,
	.14209610931838205133, .13168863844917662690,
	.11819453196151841731, .10193011981724043504,
	.08327674157670474872, .06267204833410906357,
	.04060142980038694133, .01761400713915211831,
};

double
special_gauss(special_integrand f, const void *context, double from,
    double to)
{
	double half = (to - from) / 2, middle = from + half, sum = 0;

	if (!(half > 0))
		return 0;
	for (size_t i = 0; i < SPECIAL_GAUSS_NODES; i++)
		sum += special_gauss_weight[i] *
		    f(middle + half * special_gauss_node[i], context);
	return sum * half;
}
