/* Knows Boost.Math's values of the functions in experiment/special.h. */
#ifndef PISTE_TESTS_SUPPORT_ORACLE_H
#define PISTE_TESTS_SUPPORT_ORACLE_H

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

double oracle_normal_q(double z) NOEXCEPT;
double oracle_normal_quantile(double p) NOEXCEPT;
double oracle_lgamma(double x) NOEXCEPT;
double oracle_beta_p(double a, double b, double x) NOEXCEPT;
double oracle_beta_q(double a, double b, double x) NOEXCEPT;
double oracle_chi2_q(double x, double df) NOEXCEPT;
double oracle_t_q(double t, double df) NOEXCEPT;
double oracle_t_quantile_q(double q, double df) NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
