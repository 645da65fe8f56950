/* Links the gate and runs it: the C library, no Rust runtime, no std. */
int handfast_gate(void);

/* Named by the unwind tables of the precompiled `alloc`; here a panic never unwinds. */
void rust_eh_personality(void) {}

int main(void) { return handfast_gate(); }
