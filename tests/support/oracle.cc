/*
 * Implements oracle.h over Boost.Math's headers, in long double: what it
 * rounds away there is far below what is compared.
 */
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>

#include "support/oracle.h"

using real = long double;
using boost::math::complement;

extern "C" double
oracle_normal_q(double z) NOEXCEPT
{
	const boost::math::normal_distribution<real> normal;

	return (double)cdf(complement(normal, (real)z));
}

extern "C" double
oracle_normal_quantile(double p) NOEXCEPT
{
	const boost::math::normal_distribution<real> normal;

	return (double)quantile(normal, (real)p);
}

extern "C" double
oracle_lgamma(double x) NOEXCEPT
{
	return (double)boost::math::lgamma((real)x);
}

extern "C" double
oracle_beta_p(double a, double b, double x) NOEXCEPT
{
	return (double)boost::math::ibeta((real)a, (real)b, (real)x);
}

extern "C" double
oracle_beta_q(double a, double b, double x) NOEXCEPT
{
	return (double)boost::math::ibetac((real)a, (real)b, (real)x);
}

extern "C" double
oracle_chi2_q(double x, double df) NOEXCEPT
{
	return (double)boost::math::gamma_q((real)df / 2, (real)x / 2);
}

extern "C" double
oracle_t_q(double t, double df) NOEXCEPT
{
	const boost::math::students_t_distribution<real> student((real)df);

	return (double)cdf(complement(student, (real)t));
}

extern "C" double
oracle_t_quantile_q(double q, double df) NOEXCEPT
{
	const boost::math::students_t_distribution<real> student((real)df);

	return (double)quantile(complement(student, (real)q));
}
