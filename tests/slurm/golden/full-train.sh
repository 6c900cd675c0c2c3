#!/bin/bash
#SBATCH --job-name="test-1-train"
#SBATCH --partition="cpu,long"
#SBATCH --account="lab's"
#SBATCH --qos="low"
#SBATCH --time="2-12"
#SBATCH --mem="8G"
#SBATCH --cpus-per-task=4
#SBATCH --signal=B:USR1@60
#SBATCH --constraint=avx512
#SBATCH --output="/home/me/o'clock 100%% \"done\"/runs/test/slurm/1/1-train-%a.log"
#SBATCH --open-mode=append
#SBATCH --no-requeue
#SBATCH --array=0-1%2
#SBATCH --ntasks=2

cd -- '/home/me/o'\''clock 100% "done"' || exit 1
module load 'gcc/12'
export X="$HOME"

# The stages of this task: a line of the list.
read -r -a stages < <(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" 'runs/test/slurm/1/1-train.list')
[ ${#stages[@]} -gt 0 ] || { echo "task $SLURM_ARRAY_TASK_ID is not in" 'runs/test/slurm/1/1-train.list' >&2; exit 1; }
only=()
for stage in "${stages[@]}"; do only+=(--only "$stage"); done

# USR1 comes to this script alone, a minute before the time is over; TERM, when the task is cancelled, requeued or
# preempted, to all its processes. On TERM trainings save a checkpoint.
out_of_time=
trap 'out_of_time=yes; scancel --signal=TERM "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"' USR1
trap : TERM
srun --mpi=pmix --ntasks=2 --cpus-per-task="$SLURM_CPUS_PER_TASK" '/opt/re verie/bin/reverie' 'run' 'test.toml' '--runs' 'runs' '--set' 'title="it'\''s $HOME"' --threads "$SLURM_CPUS_PER_TASK" --memory 6710884KiB --worker "${only[@]}" &
command=$!
while kill -0 "$command" 2>/dev/null; do wait "$command" || :; done  # a signal ends wait early
code=0
wait "$command" || code=$?
exit "$code"
