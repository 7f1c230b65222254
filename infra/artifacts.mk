# What `sam build` runs for each function (BuildMethod: makefile). SAM tells ARTIFACTS_DIR and not the
# architecture, so the template's CodeUri chooses between arm64/Makefile and x86_64/Makefile.

# Lambda's Python: what is compiled for another one would be compiled again at each cold start.
FIND_PYTHON := python3.13 -c '' 2>/dev/null && echo python3.13 || python3 ../python_versions.py 3.13
LAMBDA_PYTHON := $(or $(LAMBDA_PYTHON),$(shell $(FIND_PYTHON)))
ifeq ($(LAMBDA_PYTHON),)
$(error The build needs Lambda's Python; install it, or name it: LAMBDA_PYTHON=/opt/python3.13/bin/python3.13)
endif

# With a fixed seed, equal sources become equal bytes, and unchanged functions are not deployed again.
BUILD := PYTHONHASHSEED=0 $(LAMBDA_PYTHON) ../build.py $(ARCHITECTURE) "$(ARTIFACTS_DIR)"

# One line for each function: its logical id in the template, its folder under functions/.
build-InteractionsFunction: ; @$(BUILD) interactions
build-JobsFunction: ; @$(BUILD) jobs
build-ScanFunction: ; @$(BUILD) scan
build-SyncFunction: ; @$(BUILD) sync
build-PurgeFunction: ; @$(BUILD) purge
build-DeployFunction: ; @$(BUILD) deploy
build-OperationsFunction: ; @$(BUILD) operations
