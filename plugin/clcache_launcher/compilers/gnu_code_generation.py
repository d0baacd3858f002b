"""Rows for ``-f`` and ``-O``: options of gcc and clang that change code or messages but name no file.

Both compilers get all of them: one that the compiler at hand does not have ends in an error, which is never stored. No
row here takes a prefix of ``-f``; options with other effects are in ``gnu_options``.
"""

from typing import Final

from clcache_launcher.compilers.gnu_rows import keys, switches
from clcache_launcher.compilers.options import Option, Takes

__all__ = ["CODE_GENERATION"]

CODE_GENERATION: Final[tuple[Option, ...]] = (
    *keys(Takes.NOTHING, "gcc:Optimize-Options", "-O -O0 -O1 -O2 -O3 -O4 -Og -Os -Oz -Ofast"),
    # LLVM's and GCC's multilib tables choose include folders by these.
    *switches(
        "gcc:Code-Gen-Options",
        "-f",
        "PIC PIE pic pie exceptions rtti integrated-as experimental-library",
        probe=True,
    ),
    # A sanitizer reads the compiler's own ignore lists, which only a probe names.
    *keys(Takes.JOINED, "gcc:Instrumentation-Options", "-fsanitize= -fno-sanitize=", probe=True),
    *keys(
        Takes.JOINED,
        "gcc:Instrumentation-Options",
        "-fno-sanitize-coverage= -fno-sanitize-recover= -fno-sanitize-trap=",
    ),
    *keys(
        Takes.JOINED,
        "gcc:C-Dialect-Options",
        "-fbuiltin- -fno-builtin- -ftemplate-depth- -finline-limit- -ffixed- -fcall-saved- -fcall-used-",
    ),
    *keys(Takes.SEPARATE, "clang:ClangCommandLineReference", "-fdebug-compilation-dir"),
    *switches(
        "clang:ClangCommandLineReference",
        "-f",
        """
        aapcs-bitfield-load aapcs-bitfield-width addrsig aligned-allocation allow-editor-placeholders
        allow-unsupported altivec android-pad-segment ansi-escape-codes apple-kext apple-link-rtlib
        apple-pragma-pack application-extension approx-func asm-blocks assume-nothrow-exception-dtor
        assume-sane-operator-new assume-unique-vtables assumptions async-exceptions auto-import autolink
        basic-block-address-map blocks borland-extensions c++-static-destructors caret-diagnostics
        color-diagnostics complete-member-pointers constant-cfstrings convergent-functions
        coro-aligned-allocation coverage-mapping coverage-mcdc crash-diagnostics cs-profile-generate
        cxx-exceptions debug-info-for-profiling debug-macro debug-ranges-base-address declspec
        define-target-os-macros defined-strtol delayed-template-parsing diagnostics-absolute-paths
        diagnostics-fixit-info diagnostics-print-source-range-info diagnostics-show-inclusion-stack
        diagnostics-show-note-include-stack digraphs direct-access-external-data disable-block-signature-string
        discard-value-names double-square-bracket-attributes dwarf-directory-asm dwarf-exceptions emit-all-decls
        emit-compact-unwind-non-canonical emulated-tls enable-matrix escaping-block-tail-calls experimental-isel
        experimental-late-parse-attributes experimental-new-constant-interpreter experimental-relative-c++-abi-vtables
        experimental-strict-floating-point extend-variable-liveness file-reproducible
        fine-grained-bitfield-accesses fixed-point force-dwarf-frame force-emit-vtables force-enable-int128
        global-isel gnu-inline-asm honor-infinities honor-nans ignore-exceptions inline-hint-functions
        instrument-function-entry-bare instrument-functions-after-inlining integrated-cc1 integrated-objemitter
        jmc keep-persistent-storage-variables knr-functions max-type-align ms-compatibility ms-define-stdc
        ms-hotpatch ms-omit-default-lib ms-volatile nested-functions new-infallible objc-arc objc-arc-exceptions
        objc-avoid-heapify-local-blocks objc-convert-messages-to-runtime-calls
        objc-disable-direct-methods-for-testing objc-encode-cxx-class-template-spec
        objc-infer-related-result-type objc-legacy-dispatch objc-link-runtime objc-nonfragile-abi
        objc-sender-dependent-dispatch objc-weak openmp-assume-no-nested-parallelism
        openmp-assume-no-thread-state openmp-assume-teams-oversubscription
        openmp-assume-threads-oversubscription openmp-enable-irbuilder openmp-extensions openmp-force-usm
        openmp-new-driver openmp-offload-mandatory openmp-optimistic-collapse openmp-relocatable-target
        openmp-use-tls order-file-instrumentation parse-all-comments pascal-strings pch-codegen pch-debuginfo
        pch-instantiate-templates pch-validate-input-files-content pointer-tbaa preserve-as-comments
        profile-sample-accurate pseudo-probe-for-profiling ptrauth-auth-traps ptrauth-calls
        ptrauth-function-pointer-type-discrimination ptrauth-indirect-gotos ptrauth-init-fini ptrauth-intrinsics
        ptrauth-returns ptrauth-type-info-vtable-pointer-discrimination
        ptrauth-vtable-pointer-address-discrimination ptrauth-vtable-pointer-type-discrimination
        raw-string-literals register-global-dtors-with-atexit relaxed-template-template-args
        retain-comments-from-system-headers ropi rtlib-add-rpath rtlib-defaultlib rtti-data rwpi
        safe-buffer-usage-suggestions sample-profile-use-profi sanitize-address-globals-dead-stripping
        sanitize-address-outline-instrumentation sanitize-address-poison-custom-array-cookie
        sanitize-address-use-odr-indicator sanitize-cfi-canonical-jump-tables sanitize-cfi-cross-dso
        sanitize-cfi-icall-experimental-normalize-integers sanitize-cfi-icall-generalize-pointers
        sanitize-debug-trap-reasons sanitize-hwaddress-experimental-aliasing sanitize-kcfi-arity
        sanitize-link-c++-runtime sanitize-link-runtime sanitize-memory-param-retval
        sanitize-memory-track-origins sanitize-memory-use-after-dtor sanitize-minimal-runtime
        sanitize-stable-abi sanitize-thread-atomics sanitize-thread-func-entry-exit
        sanitize-thread-memory-access sanitize-type-outlined-instrumentation seh-exceptions
        separate-named-sections show-source-location signaling-math sjlj-exceptions slp-vectorize spell-checking
        split-dwarf-inlining split-lto-unit split-machine-functions stack-size-section standalone-debug
        strict-bool strict-float-cast-overflow strict-return strict-vtable-pointers struct-path-tbaa
        threadsafe-statics trigraphs unified-lto unique-basic-block-section-names unique-internal-linkage-names
        unique-section-names use-init-array vectorize virtual-function-elimination
        visibility-from-dllstorageclass visibility-global-new-delete-hidden
        visibility-inlines-hidden-static-local-var wasm-exceptions whole-program-vtables writable-strings
        xray-always-emit-customevents xray-always-emit-typedevents xray-function-index xray-ignore-loops
        xray-instrument xray-link-deps zos-extensions zvector
        """,
    ),
    *keys(
        Takes.JOINED,
        "clang:ClangCommandLineReference",
        """
        altivec-src-compat= binutils-version= bracket-depth= c++-abi= caret-diagnostics-max-lines=
        cf-runtime-abi= clang-abi-compat= comment-block-commands= complex-arithmetic= constant-string-class=
        constexpr-backtrace-limit= constexpr-steps= coverage-compilation-dir= coverage-prefix-map=
        crash-diagnostics-dir= crash-diagnostics= cs-profile-generate= debug-compilation-dir=
        debug-default-version= denormal-fp-math= diagnostics-show-category= emit-dwarf-unwind= error-limit=
        experimental-sanitize-metadata= extend-arguments= extend-variable-liveness= file-compilation-dir=
        fp-eval-method= fp-exception-behavior= fp-model= fuchsia-api-level= gnuc-version= inline-max-stacksize=
        lax-vector-conversions= limited-precision= lto-jobs= macro-backtrace-limit= max-tokens= max-type-align=
        ms-compatibility-version= ms-memptr-rep= ms-runtime-lib= msc-version= new-alignment=
        objc-nonfragile-abi-version= objc-runtime= openmp-version= openmp= operator-arrow-depth=
        profile-function-groups= profile-selected-function-group= randomize-layout-seed=
        sanitize-address-destructor= sanitize-address-field-padding= sanitize-address-use-after-return=
        sanitize-annotate-debug-info= sanitize-hwaddress-abi= sanitize-memory-track-origins=
        sanitize-memtag-mode= sanitize-skip-hot-cutoff= sanitize-undefined-strip-path-components=
        show-overloads= spell-checking-limit= swift-async-fp= trap-function= trapv-handler=
        trivial-auto-var-init-max-size= trivial-auto-var-init-stop-after= veclib= visibility-dllexport=
        visibility-externs-dllimport= visibility-externs-nodllstorageclass= visibility-global-new-delete=
        visibility-nodllstorageclass= xray-function-groups= xray-instruction-threshold=
        xray-instrumentation-bundle= xray-modes= xray-selected-function-group=
        """,
        lead="-f",
    ),
    *switches(
        "gcc:C++-Dialect-Options",
        "-f",
        """
        access-control aligned-new assume-sane-operators-new-delete char8_t concepts concepts-ts conserve-space
        constexpr-fp-except contracts coroutines declone-ctor-dtor deduce-init-list elide-constructors
        elide-type enforce-eh-specs enum-int-equiv ext-numeric-literals extern-tls-init for-scope gnu-keywords
        immediate-escalation implement-inlines implicit-constexpr implicit-inline-templates implicit-templates
        new-inheriting-ctors new-ttp-matching nonansi-builtins operator-names optional-diags permissive
        pretty-templates range-for-ext-temps sized-deallocation strong-eval-order use-cxa-atexit
        use-cxa-get-exception-ptr visibility-inlines-hidden visibility-ms-compat weak
        """,
    ),
    *keys(
        Takes.JOINED,
        "gcc:C++-Dialect-Options",
        """
        abi-compat-version= aligned-new= concepts-diagnostics-depth= constexpr-cache-depth= constexpr-depth=
        constexpr-loop-limit= constexpr-ops-limit= contract-assumption-mode= contract-build-level=
        contract-continuation-mode= contract-mode= contract-role= contract-semantic=
        contract-strict-declarations= strong-eval-order= template-backtrace-limit= template-depth=
        """,
        lead="-f",
    ),
    *switches(
        "gcc:C-Dialect-Options",
        "-f",
        """
        allow-parameterless-variadic-functions asm building-libgcc builtin cond-mismatch freestanding
        gnu89-inline hosted lax-vector-conversions ms-extensions openacc openmp openmp-allocators openmp-simd
        plan9-extensions signed-bitfields signed-char strict-flex-arrays unsigned-bitfields unsigned-char
        """,
    ),
    *keys(
        Takes.JOINED,
        "gcc:C-Dialect-Options",
        """
        openacc-dim= sso-struct= strict-flex-arrays=
        """,
        lead="-f",
    ),
    *switches(
        "gcc:Code-Gen-Options",
        "-f",
        """
        asynchronous-unwind-tables bit-tests check-data-deps check-new checking common cse-skip-blocks
        data-sections delete-dead-exceptions devirtualize-at-ltrans fat-lto-objects function-sections gnu-tm
        gnu-unique ident inhibit-size-directive jump-tables keep-inline-functions keep-static-consts
        keep-static-functions large-source-files leading-underscore loop-block loop-strip-mine lto
        lto-odr-type-merging merge-all-constants merge-constants non-call-exceptions pack-struct
        pcc-struct-return plt random-seed reg-struct-return report-bug semantic-interposition short-enums
        short-wchar show-column strength-reduce strict-overflow sync-libcalls trampolines trapv
        tree-coalesce-inlined-vars tree-loop-linear unit-at-a-time unsafe-loop-optimizations unwind-tables
        use-linker-plugin vect-cost-model whole-program wrapv wrapv-pointer zero-initialized-in-bss
        """,
    ),
    *keys(
        Takes.JOINED,
        "gcc:Code-Gen-Options",
        """
        abi-version= checking= file-prefix-map= gnat-encodings= inline-limit= lto-compression-level=
        lto-partition= lto= max-errors= pack-struct= permitted-flt-eval-methods= random-seed= tls-model= use-ld=
        visibility= zero-call-used-regs=
        """,
        lead="-f",
    ),
    *switches(
        "gcc:Debugging-Options",
        "-f",
        """
        debug-types-section dwarf2-cfi-asm eliminate-unused-debug-symbols eliminate-unused-debug-types
        emit-class-debug-always emit-struct-debug-baseonly emit-struct-debug-reduced merge-debug-strings
        var-tracking var-tracking-assignments var-tracking-assignments-toggle var-tracking-uninit
        """,
    ),
    *keys(
        Takes.JOINED,
        "gcc:Debugging-Options",
        """
        debug-prefix-map= emit-struct-debug-detailed=
        """,
        lead="-f",
    ),
    *switches(
        "gcc:Diagnostic-Message-Formatting-Options",
        "-f",
        """
        diagnostics-all-candidates diagnostics-color diagnostics-generate-patch diagnostics-json-formatting
        diagnostics-parseable-fixits diagnostics-plain-output diagnostics-show-caret diagnostics-show-context
        diagnostics-show-cwe diagnostics-show-event-links diagnostics-show-labels diagnostics-show-line-numbers
        diagnostics-show-nesting diagnostics-show-nesting-levels diagnostics-show-nesting-locations
        diagnostics-show-option diagnostics-show-path-depths diagnostics-show-template-tree
        """,
    ),
    *keys(
        Takes.JOINED,
        "gcc:Diagnostic-Message-Formatting-Options",
        """
        diagnostics-color= diagnostics-column-origin= diagnostics-column-unit= diagnostics-escape-format=
        diagnostics-minimum-margin-width= diagnostics-path-format= diagnostics-show-context=
        diagnostics-show-location= diagnostics-text-art-charset= diagnostics-urls= message-length=
        """,
        lead="-f",
    ),
    *switches(
        "gcc:Instrumentation-Options",
        "-f",
        """
        cf-protection condition-coverage hardcfr-check-exceptions hardcfr-check-returning-calls
        hardcfr-skip-leaf harden-compares harden-conditional-branches harden-control-flow-redundancy hardened
        instrument-functions path-coverage profile-abs-path profile-correction profile-info-section
        profile-partial-training profile-reorder-functions profile-values sanitize-address-use-after-scope
        sanitize-recover sanitize-trap sanitize-undefined-trap-on-error split-stack stack-check
        stack-clash-protection stack-limit stack-protector stack-protector-all stack-protector-explicit
        stack-protector-strong
        """,
    ),
    *keys(
        Takes.JOINED,
        "gcc:Instrumentation-Options",
        """
        asan-shadow-offset= cf-protection= hardcfr-check-noreturn-calls= instrument-functions-exclude-file-list=
        instrument-functions-exclude-function-list= patchable-function-entry=
        profile-exclude-files= profile-filter-files= profile-info-section= profile-prefix-map=
        profile-reproducible= profile-update= sanitize-coverage= sanitize-recover=
        sanitize-sections= sanitize-trap= stack-check= stack-limit-register= stack-limit-symbol= stack-reuse=
        strub=
        """,
        lead="-f",
    ),
    *switches(
        "gcc:Objective-C-and-Objective-C++-Dialect-Options",
        "-f",
        """
        gnu-runtime local-ivars next-runtime nil-receivers objc-call-cxx-cdtors objc-direct-dispatch
        objc-exceptions objc-gc objc-nilcheck objc-sjlj-exceptions replace-objc-classes zero-link
        """,
    ),
    *keys(
        Takes.JOINED,
        "gcc:Objective-C-and-Objective-C++-Dialect-Options",
        """
        const-string-class= objc-abi-version= objc-std=
        """,
        lead="-f",
    ),
    *switches(
        "gcc:Optimize-Options",
        "-f",
        """
        aggressive-loop-optimizations align-functions align-jumps align-labels align-loops allocation-dce
        allow-store-data-races associative-math auto-inc-dec avoid-store-forwarding branch-count-reg
        caller-saves code-hoisting combine-stack-adjustments compare-elim conserve-stack cprop-registers
        crc-optimization crossjumping cse-follow-jumps cx-fortran-rules cx-limited-range dce defer-pop
        delayed-branch delete-null-pointer-checks devirtualize devirtualize-speculatively dse early-inlining
        expensive-optimizations ext-dce fast-math finite-loops finite-math-only float-store fold-mem-offsets
        fold-simple-inlines forward-propagate fp-int-builtin-inexact function-cse gcse gcse-after-reload
        gcse-las gcse-lm gcse-sm graphite graphite-identity guess-branch-probability hoist-adjacent-loads
        if-conversion if-conversion2 indirect-inlining inline inline-atomics inline-functions
        inline-functions-called-once inline-small-functions inline-stringops ipa-bit-cp ipa-cp ipa-cp-clone
        ipa-icf ipa-icf-functions ipa-icf-variables ipa-modref ipa-profile ipa-pta ipa-pure-const ipa-ra
        ipa-reference ipa-reference-addressable ipa-reorder-for-locality ipa-sra ipa-stack-alignment
        ipa-strict-aliasing ipa-vrp ira-hoist-pressure ira-loop-pressure ira-share-save-slots
        ira-share-spill-slots isolate-erroneous-paths-attribute isolate-erroneous-paths-dereference ivopts
        keep-gc-roots-live late-combine-instructions lifetime-dse limit-function-alignment live-patching
        live-range-shrinkage loop-interchange loop-nest-optimize loop-parallelize-all loop-unroll-and-jam
        lra-remat malloc-dce math-errno modulo-sched modulo-sched-allow-regmoves move-loop-invariants
        move-loop-stores nothrow-opt omit-frame-pointer openmp-target-simd-clone optimize-sibling-calls
        optimize-strlen partial-inlining peel-loops peephole peephole2 predictive-commoning prefetch-loop-arrays
        printf-return-value reciprocal-math ree rename-registers reorder-blocks reorder-blocks-and-partition
        reorder-functions rerun-cse-after-loop reschedule-modulo-scheduled-loops rounding-math
        sched-critical-path-heuristic sched-dep-count-heuristic sched-group-heuristic sched-interblock
        sched-last-insn-heuristic sched-pressure sched-rank-heuristic sched-spec sched-spec-insn-heuristic
        sched-spec-load sched-spec-load-dangerous sched-stalled-insns sched-stalled-insns-dep schedule-fusion
        schedule-insns schedule-insns2 section-anchors sel-sched-pipelining sel-sched-pipelining-outer-loops
        sel-sched-reschedule-pipelined selective-scheduling selective-scheduling2 shrink-wrap
        shrink-wrap-separate signaling-nans signed-zeros single-precision-constant
        speculatively-call-stored-functions split-ivs-in-unroller split-loops split-paths split-wide-types
        split-wide-types-early ssa-backprop ssa-phiopt stdarg-opt store-merging strict-aliasing strict-enums
        strict-volatile-bitfields thread-jumps toplevel-reorder tracer trapping-math tree-bit-ccp
        tree-builtin-call-dce tree-ccp tree-ch tree-coalesce-vars tree-copy-prop tree-cselim tree-dce
        tree-dominator-opts tree-dse tree-forwprop tree-fre tree-loop-distribute-patterns tree-loop-distribution
        tree-loop-if-convert tree-loop-im tree-loop-ivcanon tree-loop-optimize tree-loop-vectorize tree-lrs
        tree-partial-pre tree-phiprop tree-pre tree-pta tree-reassoc tree-scev-cprop tree-sink
        tree-slp-vectorize tree-slsr tree-sra tree-switch-conversion tree-tail-merge tree-ter tree-vectorize
        tree-vrp unconstrained-commons unreachable-traps unroll-all-loops unroll-completely-grow-size
        unroll-loops unsafe-math-optimizations unswitch-loops variable-expansion-in-unroller
        version-loops-for-strides vpt web
        """,
    ),
    *keys(
        Takes.JOINED,
        "gcc:Optimize-Options",
        """
        align-functions= align-jumps= align-labels= align-loops= excess-precision= fp-contract=
        inline-stringops= ira-algorithm= ira-region= lifetime-dse= live-patching= malloc-dce=
        min-function-alignment= openmp-target-simd-clone= reorder-blocks-algorithm= sched-stalled-insns-dep=
        sched-stalled-insns= simd-cost-model= tree-parallelize-loops= trivial-auto-var-init= vect-cost-model=
        zero-init-padding-bits=
        """,
        lead="-f",
    ),
    *switches(
        "gcc:Overall-Options",
        "-f",
        """
        canon-prefix-map
        """,
    ),
    *switches(
        "gcc:Preprocessor-Options",
        "-f",
        """
        canonical-system-headers dollars-in-identifiers extended-identifiers pch-deps track-macro-expansion
        working-directory
        """,
    ),
    *keys(
        Takes.JOINED,
        "gcc:Preprocessor-Options",
        """
        exec-charset= macro-prefix-map= max-include-depth= tabstop= track-macro-expansion= wide-exec-charset=
        """,
        lead="-f",
    ),
    *switches(
        "gcc:Static-Analyzer-Options",
        "-f",
        """
        analyzer analyzer-call-summaries analyzer-debug-text-art analyzer-feasibility analyzer-fine-grained
        analyzer-show-duplicate-count analyzer-show-events-in-system-headers analyzer-state-merge
        analyzer-state-purge analyzer-suppress-followups analyzer-transitivity analyzer-undo-inlining
        analyzer-verbose-edges analyzer-verbose-state-changes
        """,
    ),
    *keys(
        Takes.JOINED,
        "gcc:Static-Analyzer-Options",
        """
        analyzer-checker= analyzer-verbosity=
        """,
        lead="-f",
    ),
)
