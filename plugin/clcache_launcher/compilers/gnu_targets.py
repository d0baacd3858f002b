"""Rows for ``-m``: options that choose or tune the target.

A compiler may choose its default include folders by any of them (multilib), so each takes part in the probe. There is
no ``-mmcu=``, ``-mthread-model`` or ``-m`` prefix: AVR's and MSP430's ``-mmcu=`` reads files of the toolchain.
"""

from typing import Final

from clcache_launcher.compilers.gnu_rows import keys, switches
from clcache_launcher.compilers.options import Option, Takes

__all__ = ["TARGET"]

TARGET: Final[tuple[Option, ...]] = (
    *keys(Takes.JOINED, "gcc:Submodel-Options", "-march= -mcpu= -mtune=", probe=True),
    # What "native" is on this machine, the probe says.
    *switches(
        "clang:ClangCommandLineReference",
        "-m",
        """
        68000 68010 68020 68030 68040 68060 68881 abicalls aix-shared-lib-tls-model-opt
        aix-small-local-dynamic-tls aix-small-local-exec-tls aix-struct-return aix32 aix64 altivec amdgpu-ieee
        amdgpu-precise-memory-op amx-complex amx-fp16 apx-inline-asm-use-gpr32 arm64x atomics avx10.1-256
        avx10.1-512 avxifma avxneconvert avxvnniint16 avxvnniint8 backchain big-endian branch-likely
        branches-within-32B-boundaries bti-at-return-twice bulk-memory cabac check-zero-division cmpb cmpccxadd
        cmse console constant-cfstrings constructor-aliases crbits crc crypto cumode daz-ftz
        default-build-attributes direct-move dll double-float dsp dspr2 dynamic-no-pic efpu2 embedded-data
        enable-experimental-extensions evex512 exception-handling execute-only extended-const extern-sdata
        fix-cmse-cve-2021-35465 fix-cortex-a53-835769 fix-cortex-a57-aes-1742098 fix-cortex-a72-aes-1655431
        fix4300 float128 fmv forced-sw-shadow-stack fp32 fp64 fprnd fpu fpxx fsmuld gather ginv global-merge
        gpopt half-precision hard-quad-float htm hvx hvx-ieee-fp hvx-qfloat ieee-rnd-near
        ignore-xcoff-visibility implicit-float incremental-linker-compatible invariant-function-descriptors
        invpcid ips1 ips16 ips2 ips3 ips32 ips32r2 ips32r3 ips32r5 ips32r6 ips4 ips5 ips64 ips64r2 ips64r3
        ips64r5 ips64r6 isel kernel lasx ldc1-sdc1 little-endian local-sdata long-calls longcall
        lr-for-calls-only lsx lvi-cfi lvi-hardening madd4 mark-bti-property memops mfocrf micromips mips16 mma
        movt msa mt multimemory multivalue mutable-globals neg-immediates nocrc nontrapping-fptoint nvj nvs
        odd-spreg outline outline-atomics packed-stack packets paired-vector-memops pcrel
        pic-data-is-text-relative popc popcntd power10-vector power8-vector power9-vector prefetchi prefixed
        privileged qdsp6-compat raoint rdpru reference-types regnames relax relax-all relax-pic-calls
        relaxed-simd restrict-it retpoline retpoline-external-thunk rop-protect save-restore scalar-strict-align
        scatter secure-plt seses sha512 sign-ext sim simd128 single-float sm3 sm4 soft-quad-float spe
        speculative-load-hardening strict-align svr4-struct-return tail-call tgsplit threads thumb tocdata
        unaligned-access unaligned-symbols unicode unsafe-fp-atomics usermsr v5 v55 v60 v62 v65 v66 v67 v67t v68
        v69 v71 v71t v73 vector-strict-align vevpu virt vis vis2 vis3 vsx vx warn-nonportable-cfstrings
        wavefrontsize64 windows x87 xcoff-roptr xgot
        """,
        probe=True,
    ),
    *keys(
        Takes.JOINED,
        "clang:ClangCommandLineReference",
        """
        abs= align-branch-boundary= align-branch= apx-features= branch-protection= code-object-version=
        compact-branches= default-visibility-export-mapping= double= exec-model= float-abi= fpu= frame-chain=
        guard= hvx-length= hvx= hwdiv= hwmult= implicit-it= indirect-jump= ios-simulator-version-min=
        ios-version-min= iphoneos-version-min= linker-version= macos-version-min= macosx-version-min= nan=
        oslib= pad-max-prefix-size= printf-kind= rvv-vector-bits= sign-return-address= simd= small-data-limit=
        small-data-threshold= stack-alignment= stack-probe-size= sve-vector-bits= targetos= tls-size= tocdata=
        tp= tvos-version-min= watchos-simulator-version-min= watchos-version-min= xcoff-build-id=
        """,
        lead="-m",
        probe=True,
    ),
    *switches(
        "gcc:AArch64-Options",
        "-m",
        """
        early-ldp-fusion fix-cortex-a53-843419 late-ldp-fusion low-precision-div low-precision-recip-sqrt
        low-precision-sqrt pc-relative-literal-loads track-speculation
        """,
        probe=True,
    ),
    *keys(
        Takes.JOINED,
        "gcc:AArch64-Options",
        """
        early-ra= override=
        """,
        lead="-m",
        probe=True,
    ),
    *switches(
        "gcc:ARM-Options",
        "-m",
        """
        abort-on-noreturn apcs apcs-float apcs-frame apcs-stack-check arm asm-syntax-unified be8
        callee-super-interworking caller-super-interworking fdpic fix-cortex-m3-ldrd flip-thumb neon-for-64bits
        poke-function-name pure-code sched-prolog single-pic-base slow-flash-data thumb-interwork tpcs-frame
        tpcs-leaf-frame word-relocations
        """,
        probe=True,
    ),
    *keys(
        Takes.JOINED,
        "gcc:ARM-Options",
        """
        fp16-format= pic-register= structure-size-boundary=
        """,
        lead="-m",
        probe=True,
    ),
    *switches(
        "gcc:AVR-Options",
        "-m",
        """
        absdata accumulate-args call-prologues fract-convert-truncate gas-isr-prologues int8 main-is-OS_task rmw
        short-calls strict-X tiny-stack
        """,
        probe=True,
    ),
    *keys(
        Takes.JOINED,
        "gcc:AVR-Options",
        """
        long-double= n-flash=
        """,
        lead="-m",
        probe=True,
    ),
    *switches(
        "gcc:LoongArch-Options",
        "-m",
        """
        annotate-tablejump div32 frecipe la64 lam-bh lamcas ld-seq-sa
        """,
        probe=True,
    ),
    *switches(
        "gcc:MIPS-Options",
        "-m",
        """
        divide-breaks divide-traps fix-24k fix-r10000 fix-r4000 fix-r4400 fix-vr4120 imadd interlink-compressed
        interlink-mips16 llsc mad mips3d paired-single shared smartmips sym32 synci
        """,
        probe=True,
    ),
    *switches(
        "gcc:RISC-V-Options",
        "-m",
        """
        cmov csr-check div explicit-relocs fdiv fence-tso inline-atomics inline-strcmp inline-strlen
        inline-strncmp movcc plt riscv-attribute shorten-memrefs
        """,
        probe=True,
    ),
    *keys(
        Takes.JOINED,
        "gcc:RISC-V-Options",
        """
        explicit-relocs= isa-spec=
        """,
        lead="-m",
        probe=True,
    ),
    *switches(
        "gcc:RS_002f6000-and-PowerPC-Options",
        "-m",
        """
        fp-in-toc hard-dfp minimal-toc popcntb powerpc-gfxopt powerpc-gpopt powerpc64 quad-memory sum-in-toc toc
        update
        """,
        probe=True,
    ),
    *switches(
        "gcc:S_002f390-and-zSeries-Options",
        "-m",
        """
        esa mvcle small-exec tpf-trace warn-dynamicstack zarch
        """,
        probe=True,
    ),
    *keys(
        Takes.JOINED,
        "gcc:S_002f390-and-zSeries-Options",
        """
        hotpatch= warn-framesize=
        """,
        lead="-m",
        probe=True,
    ),
    *switches(
        "gcc:Xtensa-Options",
        "-m",
        """
        auto-litpools const16 disable-hardware-atomics fix-esp32-psram-cache-issue forced-no-pic longcalls
        serialize-volatile target-align text-section-literals
        """,
        probe=True,
    ),
    *keys(
        Takes.JOINED,
        "gcc:Xtensa-Options",
        """
        abi=call0 abi=windowed extra-l32r-costs= fix-esp32-psram-cache-strategy=
        """,
        lead="-m",
        probe=True,
    ),
    *switches(
        "gcc:x86-Options",
        "-m",
        """
        128bit-long-double 16 32 3dnow 3dnowa 64 80387 8bit-idiv 96bit-long-double abm accumulate-outgoing-args
        adx aes align-double align-stringops amx-avx512 amx-bf16 amx-fp8 amx-int8 amx-movrs amx-tf32 amx-tile
        amx-transpose android apxf avx avx10.1 avx10.2 avx2 avx256-split-unaligned-load
        avx256-split-unaligned-store avx5124fmaps avx5124vnniw avx512bf16 avx512bitalg avx512bw avx512cd
        avx512dq avx512er avx512f avx512fp16 avx512ifma avx512pf avx512vbmi avx512vbmi2 avx512vl avx512vnni
        avx512vp2intersect avx512vpopcntdq avxvnni bionic bmi bmi2 call-ms2sysv-xlogues cet-switch cld cldemote
        clflushopt clwb clzero crc32 cx16 direct-extern-access dispatch-scheduler enqcmd f16c fancy-math-387
        fentry fma fma4 force-drap force-indirect-call fp-ret-in-387 fsgsbase fused-madd fxsr general-regs-only
        gfni glibc hard-float hle hreset iamcu ieee-fp indirect-branch-cs-prefix indirect-branch-register
        inline-all-stringops inline-stringops-dynamically intel-syntax kl long-double-128 long-double-64
        long-double-80 lwp lzcnt manual-endbr mitigate-rop mmx movbe movdir64b movdiri movrs mpx ms-bitfields
        musl mwait mwaitx no-callee-saved nop-mcount noreturn-no-callee-saved-registers omit-leaf-frame-pointer
        partial-vector-fp-math pc32 pc64 pc80 pclmul pcommit pconfig pku popcnt prefer-avx128 prefetchwt1 prfchw
        ptwrite push-args rdpid rdrnd rdseed recip record-mcount record-return red-zone relax-cmpxchg-loop rtd
        rtm sahf serialize sgx sha shstk skip-rax-setup soft-float sse sse2 sse2avx sse3 sse4 sse4.1 sse4.2
        sse4a sse5 sseregparm ssse3 stack-arg-probe stackrealign stv tbm tls-direct-seg-refs tsxldtrk uclibc
        uintr unroll-only-small-loops user_msr vaes vect8-ret-in-mem vpclmulqdq vzeroupper waitpkg wbnoinvd
        widekl x32 xop xsave xsavec xsaveopt xsaves
        """,
        probe=True,
    ),
    *keys(
        Takes.JOINED,
        "gcc:x86-Options",
        """
        abi= address-mode= align-data= align-functions= align-jumps= align-loops= asm= branch-cost= cmodel=
        fentry-name= fentry-section= fpmath= function-return= harden-sls= incoming-stack-boundary=
        indirect-branch= instrument-return= lam= large-data-threshold= memcpy-strategy= memset-strategy=
        move-max= prefer-vector-width= preferred-stack-boundary= recip= regparm= stack-protector-guard-offset=
        stack-protector-guard-reg= stack-protector-guard-symbol= stack-protector-guard= store-max=
        stringop-strategy= tls-dialect= tune-ctrl= veclibabi=
        """,
        lead="-m",
        probe=True,
    ),
    *switches(
        "gcc:x86-Windows-Options",
        "-m",
        """
        nop-fun-dllimport pe-aligned-commons thread win32
        """,
        probe=True,
    ),
    *keys(
        Takes.JOINED,
        "gcc:x86-Windows-Options",
        """
        crtdll=
        """,
        lead="-m",
        probe=True,
    ),
)
