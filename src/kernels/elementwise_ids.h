/* Numbers of the elementwise loops. */
#ifndef TS_ELEMENTWISE_IDS_H
#define TS_ELEMENTWISE_IDS_H
typedef enum { TS_UN_RELU, TS_UN_COUNT } ts_unary_id;
typedef enum { TS_TEST_ISNAN, TS_TEST_COUNT } ts_test_id;
typedef enum { TS_BIN_ADD, TS_BIN_ADD_SCALED, TS_BIN_MUL, TS_BIN_THRESHOLD_BACKWARD, TS_BIN_COUNT } ts_binary_id;
typedef enum { TS_CMP_EQ, TS_CMP_COUNT } ts_compare_id;
#endif
