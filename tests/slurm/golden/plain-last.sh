#!/bin/bash
#SBATCH --job-name="test-4-last"
#SBATCH --cpus-per-task=1
#SBATCH --signal=B:USR1@60
#SBATCH --output="/home/me/o'clock 100%% \"done\"/runs/test/slurm/1/4-last.log"
#SBATCH --open-mode=append
#SBATCH --requeue

cd -- '/home/me/o'\''clock 100% "done"' || exit 1

# USR1 comes to this script alone, a minute before the time is over; TERM, when the task is cancelled, requeued or
# preempted, to all its processes. On TERM trainings save a checkpoint.
out_of_time=
trap 'out_of_time=yes; kill -TERM "$command"' USR1
trap : TERM
'/opt/re verie/bin/reverie' 'run' 'test.toml' '--runs' 'runs' '--set' 'title="it'\''s $HOME"' --threads "$SLURM_CPUS_PER_TASK" '--only' 'box' &
command=$!
while kill -0 "$command" 2>/dev/null; do wait "$command" || :; done  # a signal ends wait early
code=0
wait "$command" || code=$?
if [ "$code" -eq 143 ] && [ -n "$out_of_time" ] && [ "${SLURM_RESTART_COUNT:-0}" -lt 20 ]; then
  scontrol requeue "$SLURM_JOB_ID"
fi
exit "$code"
