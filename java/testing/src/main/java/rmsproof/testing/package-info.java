/** Goldens of rmsproof as parameters of JUnit 5 tests. */
package rmsproof.testing;
